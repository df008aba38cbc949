import { Refusal } from '@signalbox/sdk'

export const MS_PER_HOUR = 3_600_000
export const MS_PER_DAY = 86_400_000
const MS_PER_MINUTE = 60_000

const INSTANT =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/

/**
 * Milliseconds since the epoch of an RFC 3339 instant.
 * @throws INSTANT_INVALID
 */
export function msOfInstant(text: string): number {
  const match = INSTANT.exec(text)
  if (match === null) {
    throw new Refusal('INSTANT_INVALID', `${text} is no instant: give RFC 3339 with an offset.`)
  }
  const [, year, month, day, hours, minutes, seconds, fraction = '', sign, offHours, offMinutes] =
    match
  const offset = sign === undefined ? 0 : Number(offHours) * 60 + Number(offMinutes)
  const minute = Number(hours) * 60 + Number(minutes) - (sign === '-' ? -offset : offset)
  const ms = Number(fraction.padEnd(3, '0').slice(0, 3))
  const days = dayNumber(Number(year), Number(month), Number(day))
  return days * MS_PER_DAY + minute * MS_PER_MINUTE + Number(seconds) * 1000 + ms
}

/** RFC 3339 in UTC, to the millisecond. */
export function instantText(ms: number): string {
  const day = Math.floor(ms / MS_PER_DAY)
  const rest = ms - day * MS_PER_DAY
  const hours = Math.floor(rest / MS_PER_HOUR)
  const minutes = Math.floor(rest / MS_PER_MINUTE) % 60
  const seconds = Math.floor(rest / 1000) % 60
  const fraction = String(Math.floor(rest % 1000)).padStart(3, '0')
  return `${dayText(day)}T${two(hours)}:${two(minutes)}:${two(seconds)}.${fraction}Z`
}

/** The same of what may be unknown. */
export function when(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : instantText(ms)
}

/** The instant at which a day (`YYYY-MM-DD`) begins where clocks are `offsetMinutes` ahead of UTC. */
export function startOfDay(date: string, offsetMinutes: number): number {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number)
  return dayNumber(year, month, day) * MS_PER_DAY - offsetMinutes * MS_PER_MINUTE
}

/** Days since 1970-01-01 in the proleptic Gregorian calendar (H. Hinnant, chrono-compatible date algorithms, days_from_civil). */
function dayNumber(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

/** The same back (civil_from_days). */
function dayText(days: number): string {
  const z = days + 719_468
  const era = Math.floor(z / 146_097)
  const doe = z - era * 146_097
  const yoe = Math.floor(
    (doe - Math.floor(doe / 1460) + Math.floor(doe / 36_524) - Math.floor(doe / 146_096)) / 365,
  )
  const doy = doe - (365 * yoe + Math.floor(yoe / 4) - Math.floor(yoe / 100))
  const mp = Math.floor((5 * doy + 2) / 153)
  const month = mp < 10 ? mp + 3 : mp - 9
  const year = yoe + era * 400 + (month <= 2 ? 1 : 0)
  const day = doy - Math.floor((153 * mp + 2) / 5) + 1
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
