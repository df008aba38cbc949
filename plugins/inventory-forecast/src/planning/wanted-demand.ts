import type { Day } from '../calendar/civil-day.ts'
import { addPeriods } from '../calendar/period.ts'
import { cleanHistory } from '../cleaning/clean-history.ts'
import type { DemandPeriod } from '../demand/demand-series.ts'
import type { PeriodKind } from '../demand/period-rules.ts'
import { reason } from '../reasons/planning-reasons.ts'
import type { Reason } from '../reasons/reason.ts'

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

/** Above this share of days without stock, those left say too little: what the other periods let expect stands in. */
const MOST_DAYS_OUT = 0.5

/**
 * What demand would have been with stock and without promotions. Sales of a period with days out of stock are those of its
 * other days (a lower bound that is censored, after Nahmias 1994, Naval Research Logistics 41, 739–757): they are raised in
 * proportion; where most days were out the period is cleaned as one with a stock-out.
 */
export function wantedDemand(
  periods: readonly DemandPeriod[],
  promotions: readonly PromotionSpan[],
  frequency: number,
): { readonly history: readonly number[]; readonly notes: readonly Reason[] } {
  let filled = 0
  let promoted = 0
  const raised = periods.map(({ start, days, demand, daysOut }) => {
    const isRaised = daysOut > 0 && daysOut / days <= MOST_DAYS_OUT
    if (isRaised) filled++
    const value = isRaised ? (demand * days) / (days - daysOut) : demand
    const factor = promotionFactor(promotions, start, days)
    if (factor === 1 || factor === 0) return value
    promoted++
    return value / factor
  })
  const stockouts = periods.flatMap(({ days, daysOut }, t) =>
    daysOut / days > MOST_DAYS_OUT ? [t] : [],
  )
  const isCleaned = stockouts.length > 0 && stockouts.length < periods.length
  const clean = isCleaned ? cleanHistory(raised, frequency, { stockouts }) : undefined
  const notes = [
    ...(filled > 0 ? [reason('STOCKOUTS_FILLED', { periods: filled })] : []),
    ...(promoted > 0 ? [reason('PROMOTIONS_REMOVED', { periods: promoted })] : []),
    ...(clean?.notes ?? []),
  ]
  return { history: clean?.values.map((value) => Math.max(value, 0)) ?? raised, notes }
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
