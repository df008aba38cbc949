import { Malformed } from '../der/malformed.ts'

/** What an authenticator writes (CTAP 2.1 §8): no floating point, no tags, no indefinite lengths. */
export type CborValue =
  | number
  | string
  | boolean
  | null
  | Uint8Array
  | readonly CborValue[]
  | CborMap
export type CborMap = ReadonlyMap<number | string, CborValue>

/** CTAP 2.1 §8 allows four; attestations of others nest a little deeper. */
const MAX_DEPTH = 8
const MAX_BYTES = 64 * 1024

interface Reading {
  readonly bytes: Uint8Array
  at: number
}

/** The value at the beginning of the bytes, and how many it takes. @throws Malformed `CBOR_MALFORMED` */
export function readCbor(bytes: Uint8Array): { value: CborValue; length: number } {
  if (bytes.length > MAX_BYTES) throw malformed('it is too long')
  const reading = { bytes, at: 0 }
  const value = readValue(reading, 0)
  return { value, length: reading.at }
}

/** Exactly one map. @throws Malformed `CBOR_MALFORMED` */
export function readCborMap(bytes: Uint8Array): CborMap {
  const { value, length } = readCbor(bytes)
  if (length !== bytes.length || !(value instanceof Map)) throw malformed('it is not one map')
  return value
}

function readValue(reading: Reading, depth: number): CborValue {
  if (depth > MAX_DEPTH) throw malformed('it is nested too deep')
  const initial = take(reading, 1)[0] as number
  const major = initial >> 5
  if (major === 7) return simpleValue(initial & 0x1f)
  const argument = readArgument(reading, initial & 0x1f)
  switch (major) {
    case 0:
      return argument
    case 1:
      return -1 - argument
    case 2:
      return take(reading, argument)
    case 3:
      return new TextDecoder('utf-8').decode(take(reading, argument))
    case 4:
      return readItems(reading, argument, depth)
    case 5:
      return readPairs(reading, argument, depth)
    default:
      throw malformed('it has a tag')
  }
}

function simpleValue(value: number): CborValue {
  if (value === 20 || value === 21) return value === 21
  if (value === 22) return null
  throw malformed('it has a value of an unknown kind')
}

/** In the fewest bytes; beyond 2^32 nothing here is that long. */
function readArgument(reading: Reading, info: number): number {
  if (info < 24) return info
  const length = { 24: 1, 25: 2, 26: 4 }[info]
  if (length === undefined) throw malformed('a length is indefinite or too long')
  const value = take(reading, length).reduce((sum: number, byte: number) => sum * 256 + byte, 0)
  const least = { 1: 24, 2: 0x100, 4: 0x1_0000 }[length] ?? 0
  if (value < least) throw malformed('a number is longer than it must be')
  return value
}

function readItems(reading: Reading, count: number, depth: number): CborValue[] {
  const items: CborValue[] = []
  // Each takes a byte at least, so that a lie about the count ends with the bytes.
  for (let index = 0; index < count; index++) items.push(readValue(reading, depth + 1))
  return items
}

function readPairs(reading: Reading, count: number, depth: number): CborMap {
  const pairs = new Map<number | string, CborValue>()
  for (let index = 0; index < count; index++) {
    const key = readValue(reading, depth + 1)
    if (typeof key !== 'number' && typeof key !== 'string') throw malformed('a key is no name')
    if (pairs.has(key)) throw malformed('a key stands there twice')
    pairs.set(key, readValue(reading, depth + 1))
  }
  return pairs
}

function take(reading: Reading, length: number): Uint8Array {
  const end = reading.at + length
  if (end > reading.bytes.length) throw malformed('it ends in the middle of a value')
  const part = reading.bytes.subarray(reading.at, end)
  reading.at = end
  return part
}

function malformed(message: string): Malformed {
  return new Malformed('CBOR_MALFORMED', message)
}
