import { Refusal } from '@signalbox/sdk'
import { type Day, formatDay, parseDay } from './civil-day.ts'

const MS_PER_DAY = 86_400_000
const MS_PER_MINUTE = 60_000

/** @throws DATE_INVALID for what is no day of the calendar, such as 2026-02-30. */
export function dayOfText(text: string): Day {
  const day = text.length === 10 ? parseDay(text) : undefined
  if (day !== undefined) return day
  throw new Refusal(
    'DATE_INVALID',
    `${text.slice(0, 40)} is no day of the calendar: give it as YYYY-MM-DD.`,
  )
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
  return `${formatDay(day)}T${two(hours)}:${two(minutes)}:${two(seconds)}.${fraction}Z`
}

/** The day of an instant where clocks are `offsetMinutes` ahead of UTC. */
export function dayOfMs(ms: number, offsetMinutes: number): Day {
  return Math.floor((ms + offsetMinutes * MS_PER_MINUTE) / MS_PER_DAY)
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
