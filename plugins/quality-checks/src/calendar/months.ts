/** A calendar is so many minutes east of UTC: its months begin at its own midnight. */
interface Calendar {
  readonly utcOffsetMinutes: number
}

/** The calendar month of an instant, YYYY-MM. */
export function monthOf(instant: string, { utcOffsetMinutes }: Calendar): string {
  return new Date(Date.parse(instant) + utcOffsetMinutes * 60_000).toISOString().slice(0, 7)
}

/** First instant of the month after. */
export function endOfMonth(month: string, { utcOffsetMinutes }: Calendar): string {
  const [year = 0, number = 0] = month.split('-').map(Number)
  return new Date(Date.UTC(year, number, 1) - utcOffsetMinutes * 60_000).toISOString()
}

/** @param count of months, below 0: back */
export function addMonths(month: string, count: number): string {
  const [year = 0, number = 0] = month.split('-').map(Number)
  return new Date(Date.UTC(year, number - 1 + count, 1)).toISOString().slice(0, 7)
}
