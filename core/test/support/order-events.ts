import type { SentEvent } from './company.ts'

export const HOUR_MS = 3_600_000
export const now = Date.now()
export const instant = (ms: number) => new Date(ms).toISOString()

let told = 0

export const event = (type: string, key: string, data: object): SentEvent => ({
  ...{ id: `told-${++told}`, type, partitionkey: key, data },
})

/** Ordered two days ago, promised in ten. */
export const created = (orderId: string, more: object = {}) =>
  event('orders.order.created', orderId, {
    ...{ orderId, customer: 'VOLT', placedAt: instant(now - 48 * HOUR_MS) },
    promisedAt: instant(now + 240 * HOUR_MS),
    lines: [{ line: '1', sku: 'RING-6204', quantity: 100, unit: 'C62', location: 'east' }],
    ...more,
  })

export const released = (orderId: string) =>
  event('orders.order.released', orderId, { orderId, releasedAt: instant(now - 40 * HOUR_MS) })

export const payment = (orderId: string, n: number) =>
  event('orders.payment.received', orderId, {
    ...{ orderId, paymentId: `${orderId}-PAY-${n}`, receivedAt: instant(now - HOUR_MS) },
    ...{ amount: '1.00', currency: 'CNY' },
  })
