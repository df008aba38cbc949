import type { Day } from '../calendar/civil-day.ts'

/** A coming period as it is planned. */
export interface PlannedDemand {
  readonly start: Day
  readonly days: number
  readonly mean: number
}

/**
 * Mean demand from the beginning of a day over a number of days, in proportion to the days of each period. Beyond the
 * horizon the last period's rate goes on.
 */
export function meanOver(periods: readonly PlannedDemand[], from: Day, days: number): number {
  const end = from + days
  return periods.reduce((sum, { start, days: length, mean }, index) => {
    const isLast = index === periods.length - 1
    const stop = isLast ? Math.max(end, start + length) : start + length
    const overlap = Math.max(Math.min(end, stop) - Math.max(from, start), 0)
    return sum + (mean * overlap) / length
  }, 0)
}

/**
 * The first day by whose end expected demand from `from` on has taken `quantity`, within `most` days.
 * @returns undefined where it has not.
 */
export function dayTaken(
  periods: readonly PlannedDemand[],
  from: Day,
  quantity: number,
  most: number,
): Day | undefined {
  if (meanOver(periods, from, most) < quantity) return undefined
  let low = 0
  let high = most
  while (low < high) {
    const middle = (low + high) >> 1
    if (meanOver(periods, from, middle) >= quantity) high = middle
    else low = middle + 1
  }
  return from + Math.max(low - 1, 0)
}
