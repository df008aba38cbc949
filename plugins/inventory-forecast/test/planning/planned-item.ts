import { dayOf, formatDay } from '../../src/calendar/civil-day.ts'
import type { PlanningHost } from './planning-host.ts'

export const DAY = 86_400_000
export const key = { sku: 'BRK-6204', location: 'SZ-01' }
export const settings = {
  ...key,
  ...{ unit: 'C62', period: 'week', supplier: 'SUP-7' },
  ...{ leadTimeDays: 14, minimumOrder: 200, packSize: 50 },
}
/** About 100 a week. */
export const steady = Array.from({ length: 60 }, (_, n) => 100 + ((n * 37) % 21) - 10)

/** Demand of whole weeks, of which the last one is over on Sunday 2026-11-22. */
export function weeks(quantities: readonly number[]) {
  const first = dayOf({ year: 2026, month: 11, day: 16 }) - 7 * (quantities.length - 1)
  return quantities.map((quantity, n) => ({
    ...key,
    day: formatDay(first + 7 * n),
    quantity,
    unit: 'C62',
  }))
}

/** A planned item with a forecast, and this much on the shelf. */
export async function planned(on: PlanningHost, onHand: number): Promise<void> {
  await on.empty()
  await on.call('defineItems', { items: [settings] })
  await on.call('recordDemand', { days: weeks(steady) })
  const at = new Date(on.host.now() - 1000).toISOString()
  await on.host.emit('stock.level.counted', { ...key, onHand, unit: 'C62', at })
  await run(on)
}

export async function run(on: PlanningHost): Promise<void> {
  await on.call('startRun')
  await on.host.advance(1000)
}

/** The open suggestions. */
export async function openOn(on: PlanningHost) {
  return (await on.call('suggestions', { state: 'open' }))['items']
}
