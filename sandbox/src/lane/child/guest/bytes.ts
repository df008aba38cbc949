import type { Primordials } from './primordials.ts'
import { utf8Bytes } from './utf8.ts'

/**
 * What a handler gave as bytes: a text in UTF-8, or what a typed array shows of its buffer.
 * @throws TypeError for anything else
 */
export function givenBytes(p: Primordials, value: unknown): Uint8Array {
  const bytes = typeof value === 'string' ? utf8Bytes(p, value) : p.bytes.viewed(value)
  if (bytes !== undefined) return bytes
  throw new p.TypeError('Bytes are a string or a typed array over memory of a fixed size')
}
