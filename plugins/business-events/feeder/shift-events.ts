import type { RecordedEvent } from '../scripts/company.ts'

const DAY_MS = 86_400_000
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/
const DATE = /^\d{4}-\d{2}-\d{2}$/

/**
 * Moves a recording in time by whole weeks, so that its last event is of the week before `now` and days of the week stay what
 * they were. Every instant and date in it moves alike, and ids stay: what was sent once is known when it is sent again.
 * @param events in the order of their instants, one at least
 * @param now milliseconds since the epoch
 */
export function shiftedTo(events: readonly RecordedEvent[], now: number): readonly RecordedEvent[] {
  const last = Math.max(...events.map(({ time }) => Date.parse(time)))
  const weeks = Math.floor((now - last) / (7 * DAY_MS))
  if (weeks === 0) return events
  return events.map((event) => shifted(event, weeks * 7 * DAY_MS) as RecordedEvent)
}

function shifted(value: unknown, byMs: number): unknown {
  if (typeof value === 'string') {
    if (INSTANT.test(value)) return new Date(Date.parse(value) + byMs).toISOString()
    return DATE.test(value) ? new Date(Date.parse(value) + byMs).toISOString().slice(0, 10) : value
  }
  if (Array.isArray(value)) return value.map((part) => shifted(part, byMs))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, shifted(part, byMs)]))
}
