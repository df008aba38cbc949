import { pointerTo } from '@signalbox/sdk/json-pointer'

/** What a value was before it was redacted. `secret`: a key or token, found by its form. */
export type RedactedType =
  | 'string'
  | 'number'
  | 'boolean'
  | 'null'
  | 'object'
  | 'array'
  | 'text'
  | 'secret'

/**
 * Stands in a recording for what was redacted: `⟦redacted string 3⟧`. Equal values of one recording have
 * the same number, so that code that compares them goes the same way in a replay. Within a longer text it
 * stands for that part of it.
 */
export function markerText(type: RedactedType, number: number): string {
  return `⟦redacted ${type} ${number}⟧`
}

export interface Marker {
  readonly type: RedactedType
  readonly number: number
}

const pattern = /⟦redacted (string|number|boolean|null|object|array|text|secret) (\d{1,6})⟧/

/** @returns the marker that the whole text is, if it is one. */
export function wholeMarker(text: string): Marker | undefined {
  const match = pattern.exec(text)
  if (match === null || match[0] !== text) return undefined
  return { type: match[1] as RedactedType, number: Number(match[2]) }
}

export function hasMarker(text: string): boolean {
  return pattern.test(text)
}

/** Every marker of a text; a new one each time, as it is stepped through. */
export function markerPattern(): RegExp {
  return new RegExp(pattern.source, 'g')
}

/** The parts of a text around its markers. One part: there are none. */
export function aroundMarkers(text: string): readonly string[] {
  return text.replace(markerPattern(), '\0').split('\0')
}

/** A marker's place in a recording: `input`, `config`, `answer 2 (db.query)` …, and a pointer into that. */
export interface RedactedPlace {
  readonly in: string
  readonly pointer: string
}

/** Every place of a JSON value in which a marker stands. */
export function redactedPlaces(value: unknown, within: string, pointer = ''): RedactedPlace[] {
  if (typeof value === 'string') return hasMarker(value) ? [{ in: within, pointer }] : []
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, child]) =>
    redactedPlaces(child, within, pointerTo(pointer, key)),
  )
}
