import type { Day } from '../calendar/civil-day.ts'

/** A coming period as it is planned. */
export interface PlannedDemand {
  readonly start: Day
  readonly days: number
  readonly mean: number
  readonly sigma: number
}

export interface DemandSpan {
  readonly mean: number
  readonly variance: number
}

/**
 * Demand from the beginning of a day over a number of days, in proportion to the days of each period; errors of different
 * days are taken as independent. Beyond the horizon the last period's rate goes on.
 */
export function demandOver(periods: readonly PlannedDemand[], from: Day, days: number): DemandSpan {
  const end = from + days
  let mean = 0
  let variance = 0
  for (const [index, period] of periods.entries()) {
    const isLast = index === periods.length - 1
    const stop = isLast ? Math.max(end, period.start + period.days) : period.start + period.days
    const overlap = Math.max(Math.min(end, stop) - Math.max(from, period.start), 0)
    mean += (period.mean * overlap) / period.days
    variance += (period.sigma ** 2 * overlap) / period.days
  }
  return { mean, variance }
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
  if (demandOver(periods, from, most).mean < quantity) return undefined
  let low = 0
  let high = most
  while (low < high) {
    const middle = (low + high) >> 1
    if (demandOver(periods, from, middle).mean >= quantity) high = middle
    else low = middle + 1
  }
  return from + Math.max(low - 1, 0)
}
