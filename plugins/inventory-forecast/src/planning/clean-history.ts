import type { Day } from '../calendar/civil-day.ts'
import { addPeriods } from '../calendar/period.ts'
import type { DemandPeriod } from '../demand/demand-series.ts'
import type { PeriodKind } from '../demand/period-rules.ts'
import { type Reason, reason } from './reasons.ts'

/** A promotion as planning reads it, in days. */
export interface PromotionSpan {
  readonly starts: Day
  /** The last day. */
  readonly ends: Day
  readonly uplift: number
}

/**
 * Demand over what it would be without promotions: the mean over the days of the period of the product of the uplifts of
 * each day.
 */
export function promotionFactor(
  promotions: readonly PromotionSpan[],
  start: Day,
  days: number,
): number {
  if (promotions.length === 0) return 1
  let sum = 0
  for (let day = start; day < start + days; day++) {
    sum += promotions.reduce(
      (factor, { starts, ends, uplift }) =>
        day >= starts && day <= ends ? factor * uplift : factor,
      1,
    )
  }
  return sum / days
}

/** Above this share of days without stock, those left say too little: the usual demand stands in. */
const MOST_DAYS_OUT = 0.5

/**
 * What demand would have been with stock and without promotions. Sales of a period with days out of stock are those of its
 * other days (a lower bound that is censored, after Nahmias 1994, Naval Research Logistics 41, 739–757): they are raised in
 * proportion, or where most days were out, to the median of the whole periods if that is more.
 */
export function cleanHistory(
  periods: readonly DemandPeriod[],
  promotions: readonly PromotionSpan[],
): { readonly history: readonly number[]; readonly notes: readonly Reason[] } {
  const usual = median(periods.filter(({ daysOut }) => daysOut === 0).map(({ demand }) => demand))
  let filled = 0
  let promoted = 0
  const history = periods.map(({ start, days, demand, daysOut }) => {
    let value = demand
    if (daysOut > 0 && usual !== undefined) {
      filled++
      value =
        daysOut / days <= MOST_DAYS_OUT
          ? (demand * days) / (days - daysOut)
          : Math.max(demand, usual)
    }
    const factor = promotionFactor(promotions, start, days)
    if (factor === 1 || factor === 0) return value
    promoted++
    return value / factor
  })
  const notes = [
    ...(filled > 0 ? [reason('STOCKOUTS_FILLED', { periods: filled })] : []),
    ...(promoted > 0 ? [reason('PROMOTIONS_REMOVED', { periods: promoted })] : []),
  ]
  return { history, notes }
}

/** The first days of the coming periods, and how long each is. */
export function comingPeriods(
  kind: PeriodKind,
  start: Day,
  horizon: number,
): readonly { readonly start: Day; readonly days: number }[] {
  return Array.from({ length: horizon }, (_, step) => {
    const first = addPeriods(start, kind, step)
    return { start: first, days: addPeriods(first, kind, 1) - first }
  })
}

function median(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  if (sorted.length % 2 === 1) return sorted[middle]
  const [low, high] = [sorted[middle - 1], sorted[middle]]
  return low === undefined || high === undefined ? undefined : (low + high) / 2
}
