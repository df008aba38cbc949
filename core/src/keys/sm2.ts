import { sm2 } from 'sm-crypto-v2'
import { DerFault, readDer } from './der.ts'

/**
 * SM2 with SM3 (GB/T 32918.2, GB/T 35276) under the usual identity 1234567812345678, as `openssl` signs with
 * `distid`. Not by node:crypto: it knows the curve, but leaves out the Z value that binds identity and public
 * key into the digest, and so signs what nobody else verifies (Node 24.21, OpenSSL 3.5).
 */
const IDENTITY = '1234567812345678'
const SCALAR_BYTES = 32
const POINT_BYTES = 65
/** SubjectPublicKeyInfo of an uncompressed point, up to it. */
const SPKI_HEAD = Buffer.from('3059301306072a8648ce3d020106082a811ccf5501822d034200', 'hex')

/** @param pkcs8 DER. @returns the signature as DER of r and s */
export function signSm2(pkcs8: Buffer, data: Buffer): Buffer {
  const scalar = scalarOf(pkcs8).toString('hex')
  const options = { der: true, hash: true, userId: IDENTITY }
  return Buffer.from(sm2.doSignature(new Uint8Array(data), scalar, options), 'hex')
}

/** @param spki DER. @returns false also for what is no signature at all */
export function verifySm2(spki: Buffer, data: Buffer, signature: Buffer): boolean {
  const raw = rawSignature(signature)
  if (raw === undefined) return false
  const options = { der: false, hash: true, userId: IDENTITY }
  try {
    return sm2.doVerifySignature(new Uint8Array(data), raw, pointOf(spki), options)
  } catch {
    // r or s of zero, or beyond the order of the curve.
    return false
  }
}

/** Node gives no name to the type of an SM2 key that it read, and exports none of its parts. */
export function isSm2(spki: Buffer): boolean {
  const isLong = spki.length === SPKI_HEAD.length + POINT_BYTES
  return isLong && spki.subarray(0, SPKI_HEAD.length).equals(SPKI_HEAD)
}

/** The uncompressed point, hexadecimal. */
export function pointOf(spki: Buffer): string {
  return spki.subarray(-POINT_BYTES).toString('hex')
}

/** In PKCS#8 an OCTET STRING holds an ECPrivateKey (RFC 5915): version, then the OCTET STRING of the scalar. */
function scalarOf(pkcs8: Buffer): Buffer {
  const inner = readDer(pkcs8).children[2]
  const scalar = inner === undefined ? undefined : readDer(inner.content).children[1]
  if (scalar?.content.length !== SCALAR_BYTES) throw new Error('this is no private key of SM2')
  return scalar.content
}

function rawSignature(signature: Buffer): string | undefined {
  try {
    const { tag, children } = readDer(signature)
    const isPair = tag === 0x30 && children.length === 2 && children.every(isSmallInteger)
    if (!isPair) return undefined
    return children.map(({ content }) => scalarHex(content)).join('')
  } catch (error) {
    if (error instanceof DerFault) return undefined
    throw error
  }
}

function isSmallInteger({ tag, content }: { tag: number; content: Buffer }): boolean {
  const isNegative = ((content[0] ?? 0) & 0x80) !== 0
  return tag === 0x02 && !isNegative && content.length <= SCALAR_BYTES + 1
}

function scalarHex(content: Buffer): string {
  return content
    .toString('hex')
    .replace(/^(00)+/, '')
    .padStart(SCALAR_BYTES * 2, '0')
}
