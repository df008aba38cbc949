import { compareBytes, equalBytes } from './bytes.ts'
import { type DerNode, octetsOf } from './read-der.ts'
import { der, derOf } from './write-der.ts'

/**
 * A value read as BER, written as DER: lengths definite and short, pieces joined, sets sorted. Simple values stay as they
 * are: a number with leading zeros is a fault that a reader tells, not one that it mends.
 */
export function toDer(node: DerNode, tag: number = node.tag): Uint8Array {
  if ((tag & 0x20) === 0) return der(tag, node.content)
  const number = tag & 0x1f
  const isString = tag < 0x40 && number !== 16 && number !== 17
  if (isString) return der(tag & ~0x20, octetsOf(node))
  const parts = node.children.map((child) => toDer(child))
  return derOf(tag, tag === 0x31 ? parts.toSorted(compareBytes) : parts)
}

/**
 * What may have been signed of a SET under an implicit tag: DER by the tag of a SET is what the standard has signed
 * (RFC 5652 §5.4); some signers signed what they wrote, in whatever order.
 */
export function signedSetForms(set: DerNode): Uint8Array[] {
  const canonical = toDer(set, 0x31)
  const asItStands = der(0x31, set.content)
  return equalBytes(canonical, asItStands) ? [canonical] : [canonical, asItStands]
}
