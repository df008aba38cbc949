/** Deeper than any sender writes; PostgreSQL, and who reads a kept body, come to an end far below. */
const MAX_DEPTH = 64

/**
 * A body as tables can keep it: they have no NUL in texts and no half of a pair of UTF-16, whatever JSON allows. Both come from
 * senders that cut texts by bytes, and must not cost the scans beside them. Pure.
 */
export function soundBody(body: unknown): unknown {
  return isTooDeep(body) ? { unreadable: 'nested too deep' } : sound(body)
}

/** By a list, not by calls: what is nested a hundred thousand times ends no stack. */
function isTooDeep(body: unknown): boolean {
  let level = [body]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return true
    level = level.flatMap((one) =>
      typeof one === 'object' && one !== null ? Object.values(one) : [],
    )
  }
  return false
}

function sound(value: unknown): unknown {
  if (typeof value === 'string') return soundText(value)
  if (Array.isArray(value)) return value.map(sound)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [soundText(key), sound(one)]))
}

export function soundText(text: string): string {
  return text.replaceAll('\0', '').toWellFormed()
}
