import { weierstrass } from '@noble/curves/abstract/weierstrass.js'
import { concatBytes, fromBigInt, toBigInt } from '../der/bytes.ts'
import { sm3 } from './sm3.ts'

/** Verification by SM2 (GB/T 32918.2-2016) over the curve of GB/T 32918.5-2017. */

const P = 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn
const N = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n
const A = 0xfffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffcn
const B = 0x28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93n
const GX = 0x32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7n
const GY = 0xbc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0n

const SM2Point = weierstrass({ p: P, n: N, h: 1n, a: A, b: B, Gx: GX, Gy: GY })
const FIELD_BYTES = 32

/** The identity that certificates and CMS are signed under (GM/T 0009 §10). */
const IDENTITY = new TextEncoder().encode('1234567812345678')

/** Of the curve, before the public key, in Z (GB/T 32918.2 §5.5). */
const CURVE_BYTES = concatBytes(...[A, B, GX, GY].map(fieldElement))

/**
 * @param point 04, x and y
 * @param identity of the signer, `1234567812345678` where nothing else was agreed
 */
export function verifySm2(
  point: Uint8Array,
  message: Uint8Array,
  { r, s }: { readonly r: bigint; readonly s: bigint },
  identity: Uint8Array = IDENTITY,
): boolean {
  if (r < 1n || r >= N || s < 1n || s >= N) return false
  const t = (r + s) % N
  if (t === 0n) return false
  try {
    const publicKey = SM2Point.fromBytes(point)
    publicKey.assertValidity()
    const e = toBigInt(sm3(concatBytes(signerDigest(publicKey.toBytes(false), identity), message)))
    // The sum may not be the point at infinity, which has no x.
    const sum = SM2Point.BASE.multiplyUnsafe(s).add(publicKey.multiplyUnsafe(t))
    return !sum.is0() && (e + sum.toAffine().x) % N === r
  } catch {
    // A point that is not on the curve.
    return false
  }
}

/** Z: identity, curve and public key, hashed. */
function signerDigest(uncompressed: Uint8Array, identity: Uint8Array): Uint8Array {
  const bits = identity.length * 8
  const length = Uint8Array.of(bits >> 8, bits)
  return sm3(concatBytes(length, identity, CURVE_BYTES, uncompressed.subarray(1)))
}

function fieldElement(value: bigint): Uint8Array {
  const bytes = fromBigInt(value, FIELD_BYTES)
  if (bytes === undefined) throw new Error('a parameter of the curve is beyond its field')
  return bytes
}
