import {
  constants,
  createHmac,
  createPrivateKey,
  createPublicKey,
  KeyObject,
  sign,
  timingSafeEqual,
  verify,
} from 'node:crypto'
import { promisify } from 'node:util'
import { type DigestName, type KeyAlgorithm, rulesOf } from './key-algorithms.ts'
import { signSm2, verifySm2 } from './sm2.ts'

export type RsaPadding = 'pkcs1' | 'pss'

/** How bytes become a signature. PSS: MGF1 and salt by the same digest (RFC 4055 §3.1). */
export interface SignatureScheme {
  readonly family: 'rsa' | 'ecdsa' | 'ed25519' | 'sm2' | 'hmac'
  readonly digest: DigestName
  readonly padding?: RsaPadding
}

/** What is verified by: a public key, or the shared secret of an HMAC. */
export type Verifier = KeyObject | Buffer

/** On a thread of the pool: an RSA signature of 4096 bits takes milliseconds. */
const signOnThread = promisify(
  (digest: string | null, data: Buffer, key: object, done: (e: Error | null, s: Buffer) => void) =>
    sign(digest, data, key as never, done),
)
const verifyOnThread = promisify(
  (
    digest: string | null,
    data: Buffer,
    key: object,
    signature: Buffer,
    done: (e: Error | null, isValid: boolean) => void,
  ) => verify(digest, data, key as never, signature, done),
)

/** @returns undefined where a key of that algorithm signs nothing by that digest */
export function cmsScheme(
  algorithm: KeyAlgorithm,
  digest: DigestName,
  padding: RsaPadding,
): SignatureScheme | undefined {
  const { family, cmsDigests } = rulesOf(algorithm)
  if (!cmsDigests.includes(digest)) return undefined
  if (family === 'rsa') return { family, digest, padding }
  return padding === 'pkcs1' ? { family, digest } : undefined
}

/** Such as `rsa-pss-sha256`, `ecdsa-sha384`, `ed25519` or `sm2-sm3`. */
export function schemeName({ family, padding, digest }: SignatureScheme): string {
  if (family === 'ed25519') return family
  return padding === undefined ? `${family}-${digest}` : `${family}-${padding}-${digest}`
}

/** @param material PKCS#8 DER, or the secret of an HMAC */
export async function signBytes(
  scheme: SignatureScheme,
  material: Buffer,
  data: Buffer,
): Promise<Buffer> {
  switch (scheme.family) {
    case 'hmac':
      return createHmac(scheme.digest, material).update(data).digest()
    case 'sm2':
      return signSm2(material, data)
    default: {
      const key = createPrivateKey({ key: material, format: 'der', type: 'pkcs8' })
      return signOnThread(digestFor(scheme), data, { key, ...paddingFor(scheme) })
    }
  }
}

export async function verifyBytes(
  scheme: SignatureScheme,
  verifier: Verifier,
  data: Buffer,
  signature: Buffer,
): Promise<boolean> {
  if (!(verifier instanceof KeyObject)) {
    if (scheme.family !== 'hmac') return false
    const expected = createHmac(scheme.digest, verifier).update(data).digest()
    return expected.length === signature.length && timingSafeEqual(expected, signature)
  }
  // A public key is no secret: whoever knows it could have made this HMAC.
  if (scheme.family === 'hmac') return false
  if (scheme.family === 'sm2') {
    return verifySm2(verifier.export({ format: 'der', type: 'spki' }), data, signature)
  }
  const key = { key: verifier, ...paddingFor(scheme) }
  return verifyOnThread(digestFor(scheme), data, key, signature)
}

export function publicKeyOf(spki: Buffer): KeyObject {
  return createPublicKey({ key: spki, format: 'der', type: 'spki' })
}

function digestFor({ family, digest }: SignatureScheme): string | null {
  return family === 'ed25519' ? null : digest
}

function paddingFor({ padding }: SignatureScheme): object {
  if (padding === undefined) return {}
  if (padding === 'pkcs1') return { padding: constants.RSA_PKCS1_PADDING }
  return {
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
  }
}
