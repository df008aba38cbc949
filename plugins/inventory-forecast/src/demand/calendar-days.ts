import { Refusal } from '@signalbox/sdk'

/** A calendar day as days since 1970-01-01, in the proleptic Gregorian calendar. */
export type DayNumber = number

const MS_PER_DAY = 86_400_000
const MS_PER_MINUTE = 60_000

/** Days from the civil date, by eras of 400 years (Hinnant 2013, "chrono-Compatible Low-Level Date Algorithms"). */
export function dayNumber(year: number, month: number, day: number): DayNumber {
  const shifted = month <= 2 ? year - 1 : year
  const era = Math.floor(shifted / 400)
  const yearOfEra = shifted - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

/** The civil date of a day number; the reverse of `dayNumber`, from the same source. */
export function civilOf(day: DayNumber): { year: number; month: number; day: number } {
  const shifted = day + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  )
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const mp = Math.floor((5 * dayOfYear + 2) / 153)
  const month = mp < 10 ? mp + 3 : mp - 9
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * mp + 2) / 5) + 1,
  }
}

/** `YYYY-MM-DD` of a day. */
export function dayText(number: DayNumber): string {
  const { year, month, day } = civilOf(number)
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`
}

/** @throws DATE_INVALID for what is no day of the calendar, such as 2026-02-30. */
export function dayOfText(text: string): DayNumber {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text)
  const number = match ? dayNumber(Number(match[1]), Number(match[2]), Number(match[3])) : undefined
  if (number === undefined || dayText(number) !== text) {
    throw new Refusal('DATE_INVALID', `${text} is no day of the calendar: give it as YYYY-MM-DD.`)
  }
  return number
}

/**
 * Milliseconds since the epoch of an RFC 3339 instant.
 * @throws INSTANT_INVALID
 */
export function msOfInstant(text: string): number {
  const match =
    /^(\d{4}-\d{2}-\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/.exec(
      text,
    )
  if (match === null) {
    throw new Refusal('INSTANT_INVALID', `${text} is no instant: give RFC 3339 with an offset.`)
  }
  const [, date = '', hours, minutes, seconds, fraction = '', sign, offsetHours, offsetMinutes] =
    match
  const offset = sign === undefined ? 0 : Number(offsetHours) * 60 + Number(offsetMinutes)
  const ms = Number(fraction.padEnd(3, '0').slice(0, 3))
  const minute = Number(hours) * 60 + Number(minutes) - (sign === '-' ? -offset : offset)
  return dayOfText(date) * MS_PER_DAY + minute * MS_PER_MINUTE + Number(seconds) * 1000 + ms
}

/** RFC 3339 in UTC, to the millisecond. */
export function instantText(ms: number): string {
  const day = Math.floor(ms / MS_PER_DAY)
  const rest = ms - day * MS_PER_DAY
  const hours = Math.floor(rest / 3_600_000)
  const minutes = Math.floor(rest / MS_PER_MINUTE) % 60
  const seconds = Math.floor(rest / 1000) % 60
  const fraction = String(Math.floor(rest % 1000)).padStart(3, '0')
  return `${dayText(day)}T${two(hours)}:${two(minutes)}:${two(seconds)}.${fraction}Z`
}

/** The day of an instant where clocks are `offsetMinutes` ahead of UTC. */
export function dayOfMs(ms: number, offsetMinutes: number): DayNumber {
  return Math.floor((ms + offsetMinutes * MS_PER_MINUTE) / MS_PER_DAY)
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
