import chineseDays from 'chinese-days'

/** What of the day of dispatch makes a passage longer or shorter: the day of the week, or the weeks around the Spring Festival. */
export type DispatchSeason =
  | 'monday'
  | 'tuesday'
  | 'wednesday'
  | 'thursday'
  | 'friday'
  | 'saturday'
  | 'sunday'
  | 'spring-festival'

const DAY_MS = 86_400_000
const weekdays = [
  'sunday',
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
] as const

/** From the twentieth of the last lunar month, when hauliers begin to go home, to the seventh of the first. */
const FIRST_DAY_BEFORE = 20
const LAST_DAY_AFTER = 7

/** @param offsetMs of the tenant's clock to UTC */
export function dispatchSeason(dispatchedAtMs: number, offsetMs: number): DispatchSeason {
  const local = new Date(dispatchedAtMs + offsetMs)
  const { lunarMon, lunarDay } = chineseDays.getLunarDate(local.toISOString().slice(0, 10))
  const isFestival =
    (lunarMon === 12 && lunarDay >= FIRST_DAY_BEFORE) ||
    (lunarMon === 1 && lunarDay <= LAST_DAY_AFTER)
  if (isFestival) return 'spring-festival'
  const day = Math.floor((dispatchedAtMs + offsetMs) / DAY_MS)
  // The first of January 1970 was a Thursday.
  return weekdays[(((day + 4) % 7) + 7) % 7] ?? 'monday'
}
