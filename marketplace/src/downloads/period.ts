import { marketplaceErrors } from '../errors.ts'

const DAY_MS = 24 * 60 * 60 * 1000

/** A year and a half, as npm has it: a range answers a line for each day. */
const MAX_DAYS = 549

/** Days in UTC, `2026-03-01`; both ends count. */
export interface Period {
  readonly start: string
  readonly end: string
}

const named: Readonly<Record<string, number>> = {
  'last-day': 1,
  'last-week': 7,
  'last-month': 30,
  'last-year': 365,
}

/**
 * npm's words for a period; those that are named end today, since counts here are as of now.
 * @param text `last-week`, `2026-03-01` or `2026-03-01:2026-03-31`
 * @throws `MKT_INPUT_INVALID`
 */
export function parsePeriod(text: string, now: number): Period {
  const days = Object.hasOwn(named, text) ? named[text] : undefined
  if (days !== undefined) return { start: dayOf(now - (days - 1) * DAY_MS), end: dayOf(now) }
  const [start = '', end = start, ...rest] = text.split(':')
  if (rest.length > 0 || !isDay(start) || !isDay(end) || end < start) {
    throw invalid('must be last-day, last-week, last-month, last-year, a day or day:day')
  }
  if (daysOf({ start, end }).length > MAX_DAYS) throw invalid(`must be ${MAX_DAYS} days at most`)
  return { start, end }
}

export function daysOf({ start, end }: Period): readonly string[] {
  const first = Date.parse(start)
  const count = Math.round((Date.parse(end) - first) / DAY_MS) + 1
  return Array.from({ length: Math.min(count, MAX_DAYS + 1) }, (_, index) =>
    dayOf(first + index * DAY_MS),
  )
}

export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}

function isDay(text: string): boolean {
  if (!/^20\d{2}-\d{2}-\d{2}$/.test(text)) return false
  const time = Date.parse(text)
  return !Number.isNaN(time) && dayOf(time) === text
}

function invalid(detail: string): Error {
  const faults = [{ pointer: '/period', detail }]
  return marketplaceErrors.create('INPUT_INVALID', {}, { faults })
}
