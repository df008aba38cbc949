import type { PdfState } from '../reading/pdf-file.ts'
import { indirectOf } from '../reading/pdf-file.ts'
import { isSpace } from '../reading/signs.ts'

/** An object in the bytes of a revision that its cross-reference sections do not list. */
export interface HiddenObject {
  readonly number: number
  readonly at: number
}

const most = 20

/**
 * Objects that no reader shows and a later revision could bring forth by a cross-reference section alone: what hide-and-replace is made
 * of (shadow attacks, Mainka et al., NDSS 2021). What stands within a listed object, such as a file in the file, is not meant.
 */
export function hiddenObjects(state: PdfState, from: number, end: number): HiddenObject[] {
  const { bytes } = state.file
  const listed = spans(state, from, end)
  const found: HiddenObject[] = []
  let span = 0
  for (let at = from; at < end && found.length < most; ) {
    while (span < listed.length && (listed[span] as Span).end <= at) span++
    const next = listed[span]
    if (next !== undefined && at >= next.start) {
      at = next.end
      continue
    }
    const stop = Math.min(end, next?.start ?? end)
    const place = bytes.indexOf(0x6f, at)
    if (place < 0 || place >= stop) {
      at = stop
      continue
    }
    const number = headerBefore(bytes, place, from)
    if (number !== undefined) found.push(number)
    at = place + 1
  }
  return found
}

interface Span {
  readonly start: number
  readonly end: number
}

/** Of all objects that any section lists, an older one too: what was replaced was listed once. */
function spans(state: PdfState, from: number, end: number): Span[] {
  const found: Span[] = []
  for (const section of state.sections) {
    found.push({ start: section.offset, end: section.end })
    for (const [number, place] of section.places) {
      if (place === 'free' || 'within' in place || place.at < from || place.at >= end) continue
      const places = new Map(state.places).set(number, place)
      const object = indirectOf({ ...state, places }, number)
      if (object !== undefined) found.push({ start: object.start, end: object.end })
    }
  }
  return found.toSorted((one, other) => one.start - other.start)
}

/** The number before `obj` at a place: `12 0 obj`. */
function headerBefore(bytes: Uint8Array, at: number, from: number): HiddenObject | undefined {
  if (bytes[at + 1] !== 0x62 || bytes[at + 2] !== 0x6a) return undefined
  const generation = digitsBefore(bytes, at, from)
  const number = generation === undefined ? undefined : digitsBefore(bytes, generation.at, from)
  return number === undefined ? undefined : { number: number.value, at: number.at }
}

function digitsBefore(bytes: Uint8Array, before: number, from: number) {
  let at = before
  while (at > from && isSpace(bytes[at - 1])) at--
  if (at === before) return undefined
  let value = 0
  let scale = 1
  const last = at
  while (
    at > from &&
    last - at < 10 &&
    (bytes[at - 1] as number) >= 0x30 &&
    (bytes[at - 1] as number) <= 0x39
  ) {
    at--
    value += ((bytes[at] as number) - 0x30) * scale
    scale *= 10
  }
  return at === last ? undefined : { value, at }
}
