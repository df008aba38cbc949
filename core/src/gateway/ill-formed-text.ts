import type { InputFault } from '@signalbox/sdk/errors'
import { pointerTo } from '@signalbox/sdk/json-pointer'

/** A value on its way to be looked at, and how it was come by: a pointer is made of it only where one is told. */
interface Place {
  readonly value: object
  readonly parent: Place | undefined
  readonly key: string
}

/** As many as a validator tells. */
const MAX_FAULTS = 20

const DETAIL = 'holds half of a surrogate pair, which is no Unicode text'

/**
 * Texts and names that are no Unicode: JSON writes half of a surrogate pair as `\ud800` (RFC 8259 §8.2), and neither UTF-8 nor
 * PostgreSQL has it. Without recursion, since a megabyte of brackets is half a million deep.
 * @param value of a parser of JSON or of a query; what is no plain object or array is not looked into
 */
export function illFormedIn(value: unknown): readonly InputFault[] {
  if (!isText(value)) return [{ pointer: '', detail: DETAIL }]
  if (!isPlain(value)) return []
  const faults: InputFault[] = []
  const ahead: Place[] = [{ value, parent: undefined, key: '' }]
  for (let place = ahead.pop(); place !== undefined; place = ahead.pop()) {
    for (const [key, one] of Object.entries(place.value) as [string, unknown][]) {
      if (isPlain(one)) ahead.push({ value: one, parent: place, key })
      if (isText(key) && isText(one)) continue
      const pointer = pointerTo(pointerOf(place), key.toWellFormed())
      if (faults.push({ pointer, detail: DETAIL }) >= MAX_FAULTS) return faults
    }
  }
  return faults
}

const isText = (value: unknown) => typeof value !== 'string' || value.isWellFormed()

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return true
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function pointerOf({ parent, key }: Place): string {
  const keys: string[] = []
  for (let at = { parent, key }; at.parent !== undefined; at = at.parent) keys.push(at.key)
  return keys.reverse().reduce(pointerTo, '')
}
