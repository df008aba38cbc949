import { pointerTo } from '@signalbox/sdk/json-pointer'
import { aroundMarkers, hasMarker, type RedactedType, wholeMarker } from '../redacted-marker.ts'

/** Where a replayed value is not the recorded one: an RFC 6901 pointer, and what stands there in both. */
export interface Difference {
  readonly pointer: string
  readonly recorded: unknown
  readonly replayed: unknown
}

/** What of a replayed value a marker leaves open. */
const standsFor: Readonly<Record<RedactedType, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  text: (value) => typeof value === 'string',
  secret: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  null: (value) => value === null,
  object: (value) => isNode(value) && !Array.isArray(value),
  array: (value) => Array.isArray(value),
}

/**
 * Compares two JSON values; where something was redacted, any value of its type is the same.
 * @returns the first difference in the recorded value's order, or undefined
 */
export function firstDifference(
  recorded: unknown,
  replayed: unknown,
  pointer = '',
): Difference | undefined {
  const areParts = isNode(recorded) && isNode(replayed)
  if (areParts && Array.isArray(recorded) === Array.isArray(replayed)) {
    return differenceWithin(recorded, replayed, pointer)
  }
  const isSame =
    typeof recorded === 'string' ? sameText(recorded, replayed) : Object.is(recorded, replayed)
  return isSame ? undefined : { pointer, recorded, replayed }
}

function differenceWithin(
  recorded: object,
  replayed: object,
  pointer: string,
): Difference | undefined {
  const names = Object.keys(recorded)
  const others = Object.keys(replayed)
  // A name that was redacted cannot be looked up; then their number has to do.
  if (names.some(hasMarker)) {
    return names.length === others.length ? undefined : { pointer, recorded, replayed }
  }
  for (const name of new Set([...names, ...others])) {
    const at = pointerTo(pointer, name)
    const found = firstDifference(ownOf(recorded, name), ownOf(replayed, name), at)
    if (found !== undefined) return found
  }
  return undefined
}

function isNode(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** Whether a text could be the recorded one: what stands around its markers must be there, in order. */
export function sameText(recorded: string, replayed: unknown): boolean {
  if (recorded === replayed) return true
  const marker = wholeMarker(recorded)
  if (marker !== undefined) return standsFor[marker.type](replayed)
  if (typeof replayed !== 'string' || !hasMarker(recorded)) return false
  const parts = aroundMarkers(recorded)
  const first = parts[0] ?? ''
  const last = parts.at(-1) ?? ''
  if (!replayed.startsWith(first) || !replayed.endsWith(last)) return false
  // The leftmost place of each part leaves most to the rest: no need to go back.
  let from = first.length
  for (const part of parts.slice(1, -1)) {
    const at = replayed.indexOf(part, from)
    if (at < 0) return false
    from = at + part.length
  }
  return from <= replayed.length - last.length
}

function ownOf(value: object, name: string): unknown {
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined
}
