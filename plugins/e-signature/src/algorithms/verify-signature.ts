import { Fields, insideOf } from '../der/fields.ts'
import { readOrNothing } from '../der/malformed.ts'
import { smallIntegerOf } from '../der/values.ts'
import { type AlgorithmIdentifier, algorithmIdentifierOf } from './algorithm-identifier.ts'
import { type DigestName, digest, digestOfOid } from './digests.ts'
import { verifyEcdsa, verifyEd25519 } from './elliptic-curves.ts'
import { type PublicKey, signaturePair } from './public-key.ts'
import { isUsableRsaKey, type PssParameters, type RsaKey, verifyPkcs1, verifyPss } from './rsa.ts'
import { verifySm2 } from './sm2.ts'

/** Why a signature that is right is worth little. */
export type Weakness = 'sha1' | 'short-key'

export type SignatureVerdict =
  | {
      readonly valid: true
      /** Such as `rsa-pkcs1-sha256`, `ecdsa-p256-sha256`, `sm2-sm3`. */
      readonly algorithm: string
      readonly weaknesses: readonly Weakness[]
    }
  | {
      readonly valid: false
      /** `mismatch`: another key, or other bytes. Of the others it is not known whether it is right. */
      readonly reason: 'mismatch' | 'unsupported-algorithm' | 'key-of-another-kind'
      readonly algorithm?: string
    }

/** What an AlgorithmIdentifier says, together with the digest that CMS names beside it. */
export type SignatureScheme =
  | { readonly family: 'rsa-pkcs1'; readonly hash: DigestName }
  | { readonly family: 'rsa-pss'; readonly hash: DigestName; readonly pss: PssParameters }
  | { readonly family: 'ecdsa' | 'sm2'; readonly hash: DigestName }
  | { readonly family: 'ed25519'; readonly hash: 'sha512' }

/** Bytes, or only their digest; SM2 and Ed25519 need the bytes. */
export type SignedBytes =
  | { readonly message: Uint8Array }
  | { readonly hash: Uint8Array; readonly by: DigestName }

const RSA_ENCRYPTION = '1.2.840.113549.1.1.1'
const RSA_PSS = '1.2.840.113549.1.1.10'
const EC_PUBLIC_KEY = '1.2.840.10045.2.1'
const SM2_SIGN = '1.2.156.10197.1.301.1'

/** RFC 8017 §A.2, RFC 5758 §3.2, RFC 8410, GM/T 0006. */
const schemes: Readonly<Record<string, SignatureScheme>> = {
  '1.2.840.113549.1.1.5': { family: 'rsa-pkcs1', hash: 'sha1' },
  '1.2.840.113549.1.1.11': { family: 'rsa-pkcs1', hash: 'sha256' },
  '1.2.840.113549.1.1.12': { family: 'rsa-pkcs1', hash: 'sha384' },
  '1.2.840.113549.1.1.13': { family: 'rsa-pkcs1', hash: 'sha512' },
  '1.2.840.10045.4.1': { family: 'ecdsa', hash: 'sha1' },
  '1.2.840.10045.4.3.2': { family: 'ecdsa', hash: 'sha256' },
  '1.2.840.10045.4.3.3': { family: 'ecdsa', hash: 'sha384' },
  '1.2.840.10045.4.3.4': { family: 'ecdsa', hash: 'sha512' },
  '1.3.101.112': { family: 'ed25519', hash: 'sha512' },
  '1.2.156.10197.1.501': { family: 'sm2', hash: 'sm3' },
}

/**
 * @param beside the digest that CMS names beside the signature's algorithm, where that names none itself
 * @returns undefined where it is none that is known here
 */
export function signatureScheme(
  algorithm: AlgorithmIdentifier,
  beside?: DigestName,
): SignatureScheme | undefined {
  if (algorithm.oid === RSA_PSS) return pssScheme(algorithm)
  if (algorithm.oid === SM2_SIGN) return { family: 'sm2', hash: 'sm3' }
  if (beside !== undefined) {
    if (algorithm.oid === RSA_ENCRYPTION) return { family: 'rsa-pkcs1', hash: beside }
    if (algorithm.oid === EC_PUBLIC_KEY) {
      return { family: beside === 'sm3' ? 'sm2' : 'ecdsa', hash: beside }
    }
  }
  return schemes[algorithm.oid]
}

/** RFC 4055 §3.1: all of them default to SHA-1 and 20 bytes. */
function pssScheme({ parameters }: AlgorithmIdentifier): SignatureScheme | undefined {
  return readOrNothing(() => {
    if (parameters === undefined) return undefined
    const fields = new Fields(parameters)
    const hashNode = fields.takeIf(0xa0)
    const maskNode = fields.takeIf(0xa1)
    const saltNode = fields.takeIf(0xa2)
    const trailer = fields.takeIf(0xa3)
    fields.end()
    const hash = hashNode === undefined ? 'sha1' : digestOfAlgorithm(insideOf(hashNode))
    const maskHash = maskNode === undefined ? 'sha1' : maskDigest(insideOf(maskNode))
    const saltLength = saltNode === undefined ? 20 : smallIntegerOf(insideOf(saltNode))
    const isUsual = trailer === undefined || smallIntegerOf(insideOf(trailer)) === 1
    if (hash === undefined || maskHash === undefined || !isUsual) return undefined
    return { family: 'rsa-pss', hash, pss: { hash, maskHash, saltLength } }
  })
}

const MGF1 = '1.2.840.113549.1.1.8'

function maskDigest(node: Parameters<typeof algorithmIdentifierOf>[0]): DigestName | undefined {
  const { oid, parameters } = algorithmIdentifierOf(node)
  return oid === MGF1 ? digestOfAlgorithm(parameters) : undefined
}

function digestOfAlgorithm(
  node: Parameters<typeof algorithmIdentifierOf>[0],
): DigestName | undefined {
  return digestOfOid(algorithmIdentifierOf(node).oid)
}

/** Whether the holder of this key signed these bytes. Never throws: what cannot be checked is an answer. */
export function verifySignature(
  key: PublicKey,
  scheme: SignatureScheme | undefined,
  signed: SignedBytes,
  signature: Uint8Array,
): SignatureVerdict {
  if (scheme === undefined) return { valid: false, reason: 'unsupported-algorithm' }
  const algorithm = schemeName(scheme, key)
  const isMatch = check(key, scheme, signed, signature)
  if (isMatch === undefined) return { valid: false, reason: 'key-of-another-kind', algorithm }
  if (isMatch === 'unsupported') {
    return { valid: false, reason: 'unsupported-algorithm', algorithm }
  }
  if (!isMatch) return { valid: false, reason: 'mismatch', algorithm }
  return { valid: true, algorithm, weaknesses: weaknessesOf(scheme, key) }
}

/** @returns undefined where the key is of another family than the scheme */
function check(
  key: PublicKey,
  scheme: SignatureScheme,
  signed: SignedBytes,
  signature: Uint8Array,
): boolean | 'unsupported' | undefined {
  switch (key.kind) {
    case 'unknown':
      return 'unsupported'
    case 'rsa':
      return checkRsa(key, scheme, signed, signature)
    case 'ec': {
      if (scheme.family !== 'ecdsa') return undefined
      const pair = signaturePair(signature)
      const verify = (hash: Uint8Array) =>
        pair !== undefined && verifyEcdsa(key.curve, key.point, hash, pair)
      return withHash(signed, scheme.hash, verify)
    }
    case 'sm2': {
      if (scheme.family !== 'sm2') return undefined
      if (!('message' in signed)) return 'unsupported'
      const pair = signaturePair(signature)
      return pair !== undefined && verifySm2(key.point, signed.message, pair)
    }
    case 'ed25519':
      if (scheme.family !== 'ed25519') return undefined
      if (!('message' in signed)) return 'unsupported'
      return verifyEd25519(key.key, signed.message, signature)
  }
}

function checkRsa(
  key: RsaKey,
  scheme: SignatureScheme,
  signed: SignedBytes,
  signature: Uint8Array,
): boolean | 'unsupported' | undefined {
  if (scheme.family !== 'rsa-pkcs1' && scheme.family !== 'rsa-pss') return undefined
  if (!isUsableRsaKey(key)) return 'unsupported'
  return withHash(signed, scheme.hash, (hash) =>
    scheme.family === 'rsa-pss'
      ? verifyPss(key, scheme.pss, hash, signature)
      : verifyPkcs1(key, scheme.hash, hash, signature),
  )
}

function withHash(
  signed: SignedBytes,
  name: DigestName,
  verify: (hash: Uint8Array) => boolean,
): boolean {
  if ('message' in signed) return verify(digest(name, signed.message))
  return signed.by === name && verify(signed.hash)
}

function schemeName({ family, hash }: SignatureScheme, key: PublicKey): string {
  if (family === 'ed25519') return family
  const curve = key.kind === 'ec' ? `-${key.curve.replace('-', '').toLowerCase()}` : ''
  return `${family}${family === 'ecdsa' ? curve : ''}-${hash}`
}

/** SHA-1 has collisions since 2017; RSA below 2048 bits is no longer allowed (NIST SP 800-131A rev. 2). */
function weaknessesOf({ hash }: SignatureScheme, key: PublicKey): Weakness[] {
  const isShort = key.kind === 'rsa' && key.bits < 2048
  return [...(hash === 'sha1' ? ['sha1' as const] : []), ...(isShort ? ['short-key' as const] : [])]
}
