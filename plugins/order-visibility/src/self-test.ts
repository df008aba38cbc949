import { effectiveFacts } from './facts/effective-facts.ts'
import { factOfEvent, type ToldEvent } from './facts/fact-of-event.ts'
import { foldOrder } from './projection/fold-order.ts'
import { chanceWithin } from './promises/duration.ts'

const source = '/plugins/self-test'
const time = '2026-01-03T00:00:00.000Z'
const line = { line: '1', sku: 'A', quantity: 5, unit: 'C62' }

const events: readonly ToldEvent[] = [
  {
    ...{ id: '1', source, time, type: 'orders.order.created' },
    data: { orderId: 'O', customer: 'c', placedAt: '2026-01-01T00:00:00.000Z', lines: [line] },
  },
  {
    ...{ id: '2', source, time, type: 'orders.order.released' },
    data: { orderId: 'O', releasedAt: '2026-01-02T00:00:00.000Z' },
  },
  {
    ...{ id: '3', source, time, type: 'orders.order.allocated' },
    data: { orderId: 'O', at: '2026-01-02T12:00:00.000Z', lines: [{ line: '1', quantity: 5 }] },
  },
]

/** Known answers, checked before a version serves. */
export function selfTest(): void {
  const facts = events.flatMap((event) => factOfEvent(event, (text) => text, 2e12)?.fact ?? [])
  const forwards = foldOrder('O', facts)
  const backwards = foldOrder('O', [...facts, ...facts].reverse())
  const path = forwards?.stays.map(({ stage }) => stage).join(' ')
  if (path !== 'entered released ready') throw new Error(`an order went by ${path}`)
  if (JSON.stringify(forwards) !== JSON.stringify(backwards)) {
    throw new Error('an order depends on how its facts arrived')
  }
  if (effectiveFacts([...facts, ...facts]).length !== 3) throw new Error('a fact told twice is two')
  if (Math.abs(chanceWithin({ median: 10, p90: 20 }, 20) - 0.9) > 1e-9) {
    throw new Error('nine of ten do not come within the ninth decile')
  }
}
