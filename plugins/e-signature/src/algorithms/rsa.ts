import { concatBytes, equalBytes, fromBigInt, toBigInt } from '../der/bytes.ts'
import { nullValue, objectIdentifier, octetString, sequence } from '../der/write-der.ts'
import { type DigestName, digest, digestBytes, digestOid } from './digests.ts'

/** Verification by RSA (RFC 8017). There is nothing secret in it, so that BigInt, whose time tells values, may do it. */

export interface RsaKey {
  readonly modulus: bigint
  readonly exponent: bigint
  readonly bits: number
}

/** Beyond it one check costs more than it is worth; below, keys have been factored. */
const MAX_BITS = 8192
const MIN_BITS = 1024
/** 2^64: 65537 is usual; a long exponent makes each check cost thousands of multiplications. */
const MAX_EXPONENT = 1n << 64n

/** Whether numbers of this size are worked with at all. */
export function isUsableRsaKey({ modulus, exponent, bits }: RsaKey): boolean {
  const isSized = bits >= MIN_BITS && bits <= MAX_BITS && (modulus & 1n) === 1n
  return isSized && exponent > 2n && exponent < MAX_EXPONENT && (exponent & 1n) === 1n
}

/** RSASSA-PKCS1-v1_5 (§8.2.2), by comparing with the one encoding there is (§9.2). */
export function verifyPkcs1(
  key: RsaKey,
  name: DigestName,
  hash: Uint8Array,
  signature: Uint8Array,
): boolean {
  const message = encodedMessage(key, signature, Math.ceil(key.bits / 8))
  if (message === undefined || hash.length !== digestBytes[name]) return false
  // Some signers leave the NULL out (RFC 8017, note in §A.2.4: both forms are to be accepted).
  return [true, false].some((withNull) => {
    const algorithm = sequence(
      objectIdentifier(digestOid(name)),
      ...(withNull ? [nullValue()] : []),
    )
    const info = sequence(algorithm, octetString(hash))
    const padding = message.length - info.length - 3
    if (padding < 8) return false
    const expected = concatBytes(
      Uint8Array.of(0, 1),
      new Uint8Array(padding).fill(0xff),
      Uint8Array.of(0),
      info,
    )
    return equalBytes(expected, message)
  })
}

export interface PssParameters {
  readonly hash: DigestName
  readonly maskHash: DigestName
  readonly saltLength: number
}

/** RSASSA-PSS (§8.1.2) with EMSA-PSS-VERIFY (§9.1.2). */
export function verifyPss(
  key: RsaKey,
  { hash, maskHash, saltLength }: PssParameters,
  messageHash: Uint8Array,
  signature: Uint8Array,
): boolean {
  const emBits = key.bits - 1
  const encoded = encodedMessage(key, signature, Math.ceil(emBits / 8))
  const hashLength = digestBytes[hash]
  if (encoded === undefined || messageHash.length !== hashLength) return false
  if (encoded.length < hashLength + saltLength + 2 || encoded.at(-1) !== 0xbc) return false
  const maskedLength = encoded.length - hashLength - 1
  const masked = encoded.subarray(0, maskedLength)
  const h = encoded.subarray(maskedLength, maskedLength + hashLength)
  const unusedBits = encoded.length * 8 - emBits
  const topMask = 0xff >> unusedBits
  if (((masked[0] ?? 0) & ~topMask & 0xff) !== 0) return false
  const mask = mgf1(maskHash, h, maskedLength)
  const block = masked.map((byte, index) => byte ^ (mask[index] ?? 0))
  block[0] = (block[0] ?? 0) & topMask
  const separator = maskedLength - saltLength - 1
  const isPadded = block.subarray(0, separator).every((byte) => byte === 0)
  if (!isPadded || block[separator] !== 1) return false
  const salt = block.subarray(separator + 1)
  return equalBytes(digest(hash, concatBytes(new Uint8Array(8), messageHash, salt)), h)
}

/** §B.2.1. */
function mgf1(name: DigestName, seed: Uint8Array, length: number): Uint8Array {
  const mask = new Uint8Array(length)
  const step = digestBytes[name]
  for (let counter = 0; counter * step < length; counter++) {
    const counted = Uint8Array.of(counter >>> 24, counter >>> 16, counter >>> 8, counter)
    const part = digest(name, concatBytes(seed, counted))
    mask.set(part.subarray(0, Math.min(step, length - counter * step)), counter * step)
  }
  return mask
}

/** RSAVP1 (§5.2.2). @returns undefined where the signature is of another length, or no smaller than the modulus */
function encodedMessage(
  key: RsaKey,
  signature: Uint8Array,
  length: number,
): Uint8Array | undefined {
  if (!isUsableRsaKey(key) || signature.length !== Math.ceil(key.bits / 8)) return undefined
  const value = toBigInt(signature)
  if (value >= key.modulus) return undefined
  return fromBigInt(power(value, key.exponent, key.modulus), length)
}

/** By squaring, from the exponent's highest bit. */
function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  for (const bit of exponent.toString(2)) {
    result = (result * result) % modulus
    if (bit === '1') result = (result * base) % modulus
  }
  return result
}
