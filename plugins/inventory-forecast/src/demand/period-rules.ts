import type { Period } from '../calendar/period.ts'

/** What demand is summed over and forecast by. */
export type PeriodKind = Exclude<Period, 'quarter'>

interface PeriodRule {
  /** Periods in a season. */
  readonly frequency: number
  /** The most that are fitted: older demand tells little, and a turn is bounded. */
  readonly longestHistory: number
  readonly horizon: number
  /** Updates by single points after which the weights are fitted anew, even where nothing else changed. */
  readonly refitAfter: number
  readonly perYear: number
  /** On the mean. */
  readonly days: number
}

/**
 * A season of days is a week, one of weeks and months a year. Histories: two years of days, five of weeks, ten of
 * months; horizons: eight weeks, half a year, a year.
 */
export const periodRules: Readonly<Record<PeriodKind, PeriodRule>> = {
  day: { frequency: 7, longestHistory: 728, horizon: 56, refitAfter: 28, perYear: 365, days: 1 },
  week: { frequency: 52, longestHistory: 260, horizon: 26, refitAfter: 13, perYear: 52, days: 7 },
  month: {
    frequency: 12,
    longestHistory: 120,
    horizon: 12,
    refitAfter: 6,
    perYear: 12,
    days: 365.25 / 12,
  },
}
