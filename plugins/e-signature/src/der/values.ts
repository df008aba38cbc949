import { latin1, toBigInt, toHex } from './bytes.ts'
import { Malformed } from './malformed.ts'
import { type DerNode, octetsOf } from './read-der.ts'

/** Values of simple types, out of nodes that were read. */

export const Tag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const

/** A certificate's serial number has at most 20 octets; some authorities overdo it. */
const MAX_OID_BYTES = 64
/** Moduli of 8192 bits, and the sign. */
const MAX_INTEGER_BYTES = 1025

export function oidOf(node: DerNode): string {
  expectTag(node, Tag.oid)
  const { content } = node
  if (content.length > MAX_OID_BYTES) throw malformed('an object identifier is too long')
  const arcs: bigint[] = []
  let arc = 0n
  for (const byte of content) {
    arc = (arc << 7n) | BigInt(byte & 0x7f)
    if ((byte & 0x80) === 0) {
      arcs.push(arc)
      arc = 0n
    }
  }
  const [head = 0n, ...rest] = arcs
  const first = head < 40n ? 0n : head < 80n ? 1n : 2n
  return [first, head - first * 40n, ...rest].join('.')
}

export function integerOf(node: DerNode): bigint {
  if (node.tag !== Tag.enumerated) expectTag(node, Tag.integer)
  const { content } = node
  if (content.length === 0 || content.length > MAX_INTEGER_BYTES) {
    throw malformed('a number is too long')
  }
  return BigInt.asIntN(content.length * 8, toBigInt(content))
}

/** @throws Malformed where it is not within 0 and 2^31 - 1 */
export function smallIntegerOf(node: DerNode): number {
  const value = integerOf(node)
  if (value < 0n || value > 0x7fff_ffffn) throw malformed('a number is beyond its range')
  return Number(value)
}

/** A serial number by its octets: two that differ in a leading zero are one number. */
export function serialOf(node: DerNode): string {
  expectTag(node, Tag.integer)
  if (node.content.length > 64) throw malformed('a serial number is too long')
  const hex = toHex(node.content).replace(/^(00)+(?=..)/, '')
  return hex
}

export function booleanOf(node: DerNode): boolean {
  expectTag(node, Tag.boolean)
  return (node.content[0] ?? 0) !== 0
}

export function octetStringOf(node: DerNode): Uint8Array {
  if (node.tag !== (Tag.octetString | 0x20)) expectTag(node, Tag.octetString)
  return octetsOf(node)
}

/** Whole octets. */
export function bitStringOf(node: DerNode): Uint8Array {
  expectTag(node, Tag.bitString)
  if (node.content[0] !== 0) throw malformed('a bit string does not end with an octet')
  return node.content.subarray(1)
}

/** Numbers of the bits that are set, the first one is 0 (named bits of X.690 §11.2.2). */
export function namedBitsOf(node: DerNode): ReadonlySet<number> {
  return namedBitsOfContent(node.content)
}

function namedBitsOfContent(content: Uint8Array): ReadonlySet<number> {
  const bits = new Set<number>()
  for (let index = 1; index < Math.min(content.length, 9); index++) {
    for (let bit = 0; bit < 8; bit++) {
      if (((content[index] ?? 0) & (0x80 >> bit)) !== 0) bits.add((index - 1) * 8 + bit)
    }
  }
  return bits
}

/**
 * UTCTime or GeneralizedTime in the forms of RFC 5280 §4.1.2.5 and RFC 3161 §2.4.2, in milliseconds since the epoch.
 * Two digits of a year from 50 on are of the last century.
 */
export function timeOf(node: DerNode): number {
  const text = latin1(node.content)
  const isUtc = node.tag === Tag.utcTime
  if (!isUtc) expectTag(node, Tag.generalizedTime)
  const pattern = isUtc
    ? /^(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})()Z$/
    : /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(?:\.(\d{1,9}))?Z$/
  const parts = pattern.exec(text)
  if (parts === null) throw malformed('a time is not written as it should be')
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
    .slice(1, 7)
    .map(Number)
  const century = isUtc ? (year >= 50 ? 1900 : 2000) : 0
  const milliseconds = Number((parts[7] ?? '').padEnd(3, '0').slice(0, 3) || 0)
  const at = new Date(0)
  at.setUTCFullYear(century + year, month - 1, day)
  at.setUTCHours(hour, minute, second, milliseconds)
  const isReal =
    at.getUTCMonth() === month - 1 && at.getUTCDate() === day && hour < 24 && minute < 60
  if (!isReal || second > 59) throw malformed('a time does not exist')
  return at.getTime()
}

/** Texts of X.520: UTF-8, BMP, and those of one octet a character. */
export function textOf(node: DerNode): string {
  const { content } = node
  switch (node.tag) {
    case Tag.utf8String:
      return new TextDecoder('utf-8').decode(content)
    case 0x1e:
      return new TextDecoder('utf-16be').decode(content)
    case 0x13:
    case 0x14:
    case 0x16:
    case 0x1a:
      return latin1(content)
    default:
      throw malformed('a text is of an unknown type')
  }
}

export function expectTag(node: DerNode, tag: number): void {
  if (node.tag !== tag) throw malformed(`a value of type ${node.tag} stands where ${tag} should`)
}

function malformed(message: string): Malformed {
  return new Malformed('DER_MALFORMED', message)
}
