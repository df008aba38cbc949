import { civilOf, type DayNumber, dayNumber } from './calendar-days.ts'

/** What demand is summed over and forecast by. */
export type PeriodKind = 'day' | 'week' | 'month'

interface PeriodRule {
  /** Periods in a season. */
  readonly frequency: number
  /** The most that are fitted: older demand tells little, and a turn is bounded. */
  readonly longestHistory: number
  readonly horizon: number
  /** Updates by single points after which the weights are fitted anew, even where nothing else changed. */
  readonly refitAfter: number
  readonly perYear: number
}

/**
 * A season of days is a week, one of weeks and months a year. Histories: two years of days, five of weeks, ten of
 * months; horizons: eight weeks, half a year, a year.
 */
export const periodRules: Readonly<Record<PeriodKind, PeriodRule>> = {
  day: { frequency: 7, longestHistory: 728, horizon: 56, refitAfter: 28, perYear: 365 },
  week: { frequency: 52, longestHistory: 260, horizon: 26, refitAfter: 13, perYear: 52 },
  month: { frequency: 12, longestHistory: 120, horizon: 12, refitAfter: 6, perYear: 12 },
}

/** First day of the period that a day is in; weeks begin on Monday (ISO 8601). */
export function periodStart(kind: PeriodKind, day: DayNumber): DayNumber {
  if (kind === 'day') return day
  // 1970-01-01 was a Thursday.
  if (kind === 'week') return day - ((((day + 3) % 7) + 7) % 7)
  const { year, month } = civilOf(day)
  return dayNumber(year, month, 1)
}

/** First day of the period `steps` after the one that begins on `start`. */
export function periodAfter(kind: PeriodKind, start: DayNumber, steps = 1): DayNumber {
  if (kind !== 'month') return start + steps * (kind === 'week' ? 7 : 1)
  const { year, month } = civilOf(start)
  const months = year * 12 + month - 1 + steps
  return dayNumber(Math.floor(months / 12), (months % 12) + 1, 1)
}
