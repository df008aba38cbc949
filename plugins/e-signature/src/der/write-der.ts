import { compareBytes, fromHex, joinBytes } from './bytes.ts'

/** DER (X.690), written: each function gives one whole value. */

const encoder = new TextEncoder()

/** @param tag the identifier octet */
export function der(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  return derOf(tag, contents)
}

/** Of any number of parts. */
export function derOf(tag: number, contents: readonly Uint8Array[]): Uint8Array {
  const length = contents.reduce((sum, part) => sum + part.length, 0)
  return joinBytes([Uint8Array.of(tag), lengthOctets(length), ...contents])
}

function lengthOctets(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length)
  const octets: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256)
  return Uint8Array.of(0x80 | octets.length, ...octets)
}

export const sequence = (...parts: readonly Uint8Array[]): Uint8Array => der(0x30, ...parts)

/** SET OF, in ascending order of the encodings. */
export const setOf = (...parts: readonly Uint8Array[]): Uint8Array =>
  der(0x31, ...parts.toSorted(compareBytes))

/** `[number]` around whole values (EXPLICIT), or instead of a SEQUENCE's or SET's tag (IMPLICIT). */
export const context = (number: number, ...parts: readonly Uint8Array[]): Uint8Array =>
  der(0xa0 | number, ...parts)

export const octetString = (content: Uint8Array): Uint8Array => der(0x04, content)

export const bitString = (content: Uint8Array): Uint8Array => der(0x03, Uint8Array.of(0), content)

export const nullValue = (): Uint8Array => der(0x05)

export const boolean = (value: boolean): Uint8Array => der(0x01, Uint8Array.of(value ? 0xff : 0))

export const utf8String = (text: string): Uint8Array => der(0x0c, encoder.encode(text))

/** In two's complement, as short as it goes. */
export function integer(value: bigint | number): Uint8Array {
  const number = BigInt(value)
  let length = 1
  while (BigInt.asIntN(length * 8, number) !== number) length++
  const unsigned = BigInt.asUintN(length * 8, number)
  return der(0x02, fromHex(unsigned.toString(16).padStart(length * 2, '0')))
}

/** @param text such as `1.2.840.113549.1.7.2` */
export function objectIdentifier(text: string): Uint8Array {
  const [first = 0n, second = 0n, ...rest] = text.split('.').map(BigInt)
  const arcs = [first * 40n + second, ...rest]
  return der(0x06, Uint8Array.from(arcs.flatMap(base128)))
}

function base128(arc: bigint): number[] {
  const octets = [Number(arc & 0x7fn)]
  for (let rest = arc >> 7n; rest > 0n; rest >>= 7n) octets.unshift(Number(rest & 0x7fn) | 0x80)
  return octets
}

/** To the second. @param at milliseconds since the epoch */
export function generalizedTime(at: number): Uint8Array {
  const digits = new Date(at)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(/[-:T]/g, '')
  return der(0x18, encoder.encode(digits))
}
