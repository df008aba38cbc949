export const HOUR_MS = 3_600_000
export const DAY_MS = 86_400_000

/** The day of an instant, in UTC: YYYY-MM-DD. */
export function dayOf(instant: number): string {
  return new Date(instant).toISOString().slice(0, 10)
}

/** @param date YYYY-MM-DD */
export function addDays(date: string, days: number): string {
  return dayOf(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS)
}

/** Calendar days of 24 hours: deadlines run over weekends. */
export function daysAfter(instant: string, days: number): string {
  return new Date(Date.parse(instant) + days * DAY_MS).toISOString()
}
