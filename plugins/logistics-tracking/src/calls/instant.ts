const MINUTE_MS = 60_000
/** Senders with ten digits count seconds, those with thirteen milliseconds. */
const FIRST_MS = 100_000_000_000

const writtenTime =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[Tt ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)? ?(Z|z|[+-]\d{2}:?\d{2})?$/

/**
 * An instant as carriers write it: RFC 3339, the same without an offset, with a blank or slashes, or seconds or milliseconds since
 * the epoch. Pure.
 * @param offset for a time that has none, such as `+08:00`
 * @returns milliseconds since the epoch; undefined for what no clock shows
 */
export function readInstant(value: unknown, offset: string): number | undefined {
  if (typeof value === 'number' || (typeof value === 'string' && /^\d{10}(?:\d{3})?$/.test(value)))
    return ofCount(Number(value))
  if (typeof value !== 'string') return undefined
  const match = writtenTime.exec(value.trim().replaceAll('/', '-'))
  if (match === null) return undefined
  const [, year, month, day, hours = '0', minutes = '0', seconds = '0', fraction = '', zone] = match
  const parts = [year, month, day, hours, minutes, seconds].map(Number)
  const shift = offsetMs(zone ?? offset)
  const local = ofParts(parts)
  if (shift === undefined || local === undefined) return undefined
  return local + Number(fraction.padEnd(3, '0').slice(0, 3)) - shift
}

function ofCount(count: number): number | undefined {
  if (!Number.isFinite(count) || count <= 0) return undefined
  const ms = count < FIRST_MS ? count * 1000 : count
  return ms < 8_000_000_000_000 ? Math.round(ms) : undefined
}

/** Undefined for a day or a time that does not exist, which `Date.UTC` would carry over. */
function ofParts([year = 0, month = 0, day = 0, h = 0, m = 0, s = 0]: readonly number[]) {
  if (h > 23 || m > 59 || s > 60) return undefined
  const ms = Date.UTC(year, month - 1, day, h, m, Math.min(s, 59))
  const date = new Date(ms)
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? ms : undefined
}

function offsetMs(text: string): number | undefined {
  if (/^z$/i.test(text)) return 0
  const match = /^([+-])(\d{2}):?(\d{2})$/.exec(text)
  if (match === null) return undefined
  const minutes = Number(match[2]) * 60 + Number(match[3])
  return (match[1] === '-' ? -minutes : minutes) * MINUTE_MS
}

/** RFC 3339 in UTC. */
export function instantText(ms: number): string {
  return new Date(ms).toISOString()
}
