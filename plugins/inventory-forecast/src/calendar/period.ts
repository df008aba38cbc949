import { civilDateOf, type Day, dayOf, weekdayOf } from './civil-day.ts'

export type Period = 'day' | 'week' | 'month' | 'quarter'

/** Cycles after which a period's place in the year, or in the week, comes again. */
export const placesOf: Readonly<Record<Period, number>> = {
  day: 7,
  week: 52,
  month: 12,
  quarter: 4,
}

const MONTHS = { month: 1, quarter: 3 } as const

/** The first day of the period that a day lies in; weeks begin on Monday. */
export function periodStart(day: Day, period: Period): Day {
  if (period === 'day') return day
  if (period === 'week') return day - weekdayOf(day) + 1
  const { year, month } = civilDateOf(day)
  const first = month - ((month - 1) % MONTHS[period])
  return dayOf({ year, month: first, day: 1 })
}

/** The first day of the period `count` after the one that begins on `start`. */
export function addPeriods(start: Day, period: Period, count: number): Day {
  if (period === 'day') return start + count
  if (period === 'week') return start + 7 * count
  const { year, month } = civilDateOf(start)
  const months = year * 12 + month - 1 + MONTHS[period] * count
  return dayOf({ year: Math.floor(months / 12), month: (months % 12) + 1, day: 1 })
}

/** Periods from the one that begins on `from` to the one that begins on `to`. */
export function periodsBetween(from: Day, to: Day, period: Period): number {
  if (period === 'day') return to - from
  if (period === 'week') return Math.round((to - from) / 7)
  const a = civilDateOf(from)
  const b = civilDateOf(to)
  return ((b.year - a.year) * 12 + b.month - a.month) / MONTHS[period]
}

/** Which of the places in a cycle a period has: its month, its quarter, its weekday; weeks have none. */
export function placeOf(start: Day, period: Period): number {
  if (period === 'week') return 0
  if (period === 'day') return weekdayOf(start)
  return civilDateOf(start).month
}
