import { ed25519 } from '@noble/curves/ed25519.js'
import { p256, p384, p521 } from '@noble/curves/nist.js'
import { concatBytes, fromBigInt } from '../der/bytes.ts'
import type { Curve } from './public-key.ts'

const curves = { 'P-256': p256, 'P-384': p384, 'P-521': p521 } as const
const fieldBytes: Readonly<Record<Curve, number>> = { 'P-256': 32, 'P-384': 48, 'P-521': 66 }

/** ECDSA (FIPS 186-5 §6.4.2). Both s and n - s are signatures: only some protocols want the smaller one. */
export function verifyEcdsa(
  curve: Curve,
  point: Uint8Array,
  hash: Uint8Array,
  { r, s }: { readonly r: bigint; readonly s: bigint },
): boolean {
  const length = fieldBytes[curve]
  const [rBytes, sBytes] = [fromBigInt(r, length), fromBigInt(s, length)]
  if (rBytes === undefined || sBytes === undefined) return false
  const options = { prehash: false, lowS: false, format: 'compact' } as const
  try {
    return curves[curve].verify(concatBytes(rBytes, sBytes), hash, point, options)
  } catch {
    // A point that is not on the curve, or numbers beyond its order.
    return false
  }
}

/** PureEdDSA by the stricter reading of RFC 8032 §5.1.7, where every signature has one encoding. */
export function verifyEd25519(
  key: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (signature.length !== 64) return false
  try {
    return ed25519.verify(signature, message, key, { zip215: false })
  } catch {
    return false
  }
}
