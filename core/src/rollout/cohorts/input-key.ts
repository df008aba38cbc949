import { unescapeToken } from '@signalbox/sdk/json-pointer'

/** Longer ids are no ids, and each is hashed. */
const MAX_KEY = 200

/**
 * The id that a call's input holds at a JSON pointer (RFC 6901); undefined: it holds none. Only own properties
 * count, and only texts and whole numbers are ids.
 */
export function inputKey(input: unknown, pointer: string): string | undefined {
  let value = input
  for (const token of pointer.split('/').slice(1)) {
    const key = unescapeToken(token)
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as Readonly<Record<string, unknown>>)[key]
  }
  if (Number.isSafeInteger(value)) return String(value)
  return typeof value === 'string' && value !== '' && value.length <= MAX_KEY ? value : undefined
}
