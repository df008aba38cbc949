import { type Day, formatDay } from '../calendar/civil-day.ts'
import { periodStart } from '../calendar/period.ts'
import { type PeriodKind, periodRules } from '../demand/period-rules.ts'
import { applyOverrides, type OverrideSpan } from '../overrides/apply-overrides.ts'
import { reason } from '../reasons/planning-reasons.ts'
import type { Reason } from '../reasons/reason.ts'
import type { ForecastRow, StoredForecast } from './stored-forecast.ts'
import { comingPeriods, type PromotionSpan, promotionFactor } from './wanted-demand.ts'

/** What a run does with a series: fit anew, bring the states up to date, or leave it. */
export type Work = 'refit' | 'update' | 'keep'

export interface WorkInput {
  readonly period: PeriodKind
  readonly today: Day
  readonly dirtyFrom?: Day
  readonly previous?: ForecastRow
  readonly isFullRefit: boolean
}

/**
 * A series is fitted anew where its past was corrected, its fit is old, or its forecasts err; else a period that is over updates
 * the states alone. Demand of the period in progress changes nothing yet.
 */
export function workOf({ period, today, dirtyFrom, previous, isFullRefit }: WorkInput): {
  readonly work: Work
  readonly why: readonly Reason[]
} {
  const refit = (...why: Reason[]) => ({ work: 'refit' as const, why })
  if (previous === undefined) return refit(reason('FIRST_FORECAST'))
  if (previous.period !== period) return refit(reason('SETTINGS_CHANGED'))
  if (isFullRefit) return refit(reason('REFIT_ASKED'))
  if (dirtyFrom !== undefined && dirtyFrom < previous.historyEnd) {
    return refit(reason('HISTORY_REVISED', { from: formatDay(dirtyFrom) }))
  }
  const end = periodStart(today, period)
  if (end <= previous.historyEnd) return { work: 'keep', why: [] }
  const added = stepsBetween(period, previous.historyEnd, end)
  const news = reason('PERIODS_ADDED', { periods: added })
  if (previous.monitor.isAlarm) return refit(news, reason('REFIT_BY_ALARM'))
  const updates = previous.updates + added
  if (updates > periodRules[period].refitAfter)
    return refit(news, reason('REFIT_DUE', { updates: previous.updates }))
  // A contributed method keeps no states here: it is asked again.
  if (previous.method.includes('/')) return refit(news)
  return { work: 'update', why: [news] }
}

export function stepsBetween(period: PeriodKind, from: Day, to: Day): number {
  return comingPeriods(period, from, periodRules[period].longestHistory).filter(
    ({ start }) => start < to,
  ).length
}

/** A coming period with all that was said of it. */
export interface ComingPeriod {
  readonly start: Day
  readonly days: number
  /** By the method alone. */
  readonly baseline: number
  /** With promotions. */
  readonly statistical: number
  /** With what planners said. */
  readonly planned: number
  readonly quantiles: readonly { readonly p: number; readonly value: number }[]
  readonly override?: string
}

/** Promotions and planners over the kept forecast; quantiles go with the mean. */
export function comingOf(
  forecast: StoredForecast & Pick<ForecastRow, 'period' | 'historyEnd'>,
  promotions: readonly PromotionSpan[],
  overrides: readonly OverrideSpan[],
): readonly ComingPeriod[] {
  const { mean, quantiles, period, historyEnd } = forecast
  return comingPeriods(period, historyEnd, mean.length).map(({ start, days }, h) => {
    const baseline = mean[h] as number
    const factor = promotionFactor(promotions, start, days)
    const statistical = baseline * factor
    const { planned, override } = applyOverrides(overrides, start, statistical)
    const scale = baseline > 0 ? planned / baseline : 1
    return {
      ...{ start, days, baseline, statistical, planned },
      quantiles: quantiles.map(({ p, values }) => ({
        p,
        value:
          baseline > 0 ? (values[h] as number) * scale : Math.max(values[h] as number, planned),
      })),
      ...(override === undefined ? {} : { override }),
    }
  })
}

/** Below this a move of the next period is rounding. */
const NOTABLE_MOVE = 0.01

/** What is different from the forecast before, for the next period that both know. */
export function movesBetween(
  previous: ForecastRow | undefined,
  next: StoredForecast & Pick<ForecastRow, 'method' | 'description' | 'historyEnd' | 'period'>,
): readonly Reason[] {
  if (previous === undefined || previous.period !== next.period) return []
  const moved: Reason[] = []
  if (previous.method !== next.method) {
    moved.push(reason('METHOD_CHANGED', { before: previous.description, after: next.description }))
  }
  const offset = stepsBetween(next.period, previous.historyEnd, next.historyEnd)
  const before = previous.mean[offset]
  const after = next.mean[0]
  if (before === undefined || after === undefined) return moved
  const share = before === 0 ? Number(after > 0) : (after - before) / before
  if (Math.abs(share) < NOTABLE_MOVE) return moved
  return [
    ...moved,
    reason('FORECAST_MOVED', { before, after, percent: Math.round(share * 1000) / 10 }),
  ]
}
