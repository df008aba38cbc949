/** A day as a number: days since 1970-01-01, in the proleptic Gregorian calendar. */
export type Day = number

interface CivilDate {
  readonly year: number
  /** From 1. */
  readonly month: number
  readonly day: number
}

const DAYS_OF_400_YEARS = 146_097
/** From 0000-03-01 to 1970-01-01. */
const EPOCH = 719_468

/** Howard Hinnant, "chrono-compatible low-level date algorithms": years begin in March, so that a leap day ends one. */
export function dayOf({ year, month, day }: CivilDate): Day {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * DAYS_OF_400_YEARS + dayOfEra - EPOCH
}

export function civilDateOf(number: Day): CivilDate {
  const shifted = number + EPOCH
  const era = Math.floor(shifted / DAYS_OF_400_YEARS)
  const dayOfEra = shifted - era * DAYS_OF_400_YEARS
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  )
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153)
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1,
  }
}

/** 1 Monday … 7 Sunday (ISO 8601). */
export function weekdayOf(number: Day): number {
  // 1970-01-01 was a Thursday.
  return ((((number + 3) % 7) + 7) % 7) + 1
}

const DATE = /^(\d{4})-(\d{2})-(\d{2})/

/**
 * The day that a date, or an instant in its own offset, begins with.
 * @returns undefined where the text does not begin with a date that exists.
 */
export function parseDay(text: string): Day | undefined {
  const [, year, month, day] = DATE.exec(text)?.map(Number) ?? []
  if (year === undefined || month === undefined || day === undefined) return undefined
  const number = dayOf({ year, month, day })
  return formatDay(number) === text.slice(0, 10) ? number : undefined
}

export function formatDay(number: Day): string {
  const { year, month, day } = civilDateOf(number)
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`
}
