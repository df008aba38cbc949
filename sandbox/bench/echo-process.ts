import { priceNatively } from './order-handler.ts'

/** Node's own channel between processes: nothing, or the order's price. */
process.on('message', ({ id, json }: { readonly id: number; readonly json: string }) => {
  process.send?.({ id, json: json === '' ? '' : priceNatively(json) })
})
process.on('disconnect', () => process.exit(0))
process.send?.({ id: 0, json: '' })
