import type { KeyObject } from 'node:crypto'
import { isSm2 } from './sm2.ts'

export const keyUsages = ['cms', 'certificate', 'jwt', 'webhook'] as const
export type KeyUsage = (typeof keyUsages)[number]

/** What `ctx.keys.verify` judges: who issued a certificate is judged by whoever trusts an authority. */
export const verifiedUsages = ['cms', 'jwt', 'webhook'] as const satisfies readonly KeyUsage[]

export const digestNames = ['sha256', 'sha384', 'sha512', 'sm3'] as const
export type DigestName = (typeof digestNames)[number]

interface AlgorithmRules {
  readonly family: 'rsa' | 'ecdsa' | 'ed25519' | 'sm2' | 'hmac'
  /** Bits of the modulus, or the curve as OpenSSL names it. */
  readonly size: number | string | null
  readonly usages: readonly KeyUsage[]
  /**
   * What a document and its attributes may be hashed by (RFC 5652 §5.4: both by one). Ed25519 takes SHA-512
   * alone (RFC 8419 §3), SM2 SM3 alone (GM/T 0010).
   */
  readonly cmsDigests: readonly DigestName[]
  /** The one `alg` a token is signed by; what is verified may name no other. */
  readonly jwtAlgorithm: string | null
}

const sha2 = ['sha256', 'sha384', 'sha512'] as const
const rsa = (size: number) =>
  ({
    family: 'rsa',
    size,
    usages: ['cms', 'certificate', 'jwt'],
    cmsDigests: sha2,
    jwtAlgorithm: 'RS256',
  }) as const
const ecdsa = (size: string, jwtAlgorithm: string) =>
  ({
    family: 'ecdsa',
    size,
    usages: ['cms', 'certificate', 'jwt'],
    cmsDigests: sha2,
    jwtAlgorithm,
  }) as const

/** Every algorithm a tenant's key may have, and what it is good for. What is not here cannot be made. */
export const keyAlgorithms = {
  'rsa-2048': rsa(2048),
  'rsa-3072': rsa(3072),
  'rsa-4096': rsa(4096),
  'ec-p256': ecdsa('prime256v1', 'ES256'),
  'ec-p384': ecdsa('secp384r1', 'ES384'),
  ed25519: {
    family: 'ed25519',
    size: null,
    usages: ['cms', 'certificate', 'jwt', 'webhook'],
    cmsDigests: ['sha512'],
    jwtAlgorithm: 'EdDSA',
  },
  // JOSE has no registered name for SM2.
  sm2: {
    family: 'sm2',
    size: 'SM2',
    usages: ['cms', 'certificate'],
    cmsDigests: ['sm3'],
    jwtAlgorithm: null,
  },
  // A token by a shared secret could be forged by whoever can check it.
  'hmac-sha256': {
    family: 'hmac',
    size: null,
    usages: ['webhook'],
    cmsDigests: [],
    jwtAlgorithm: null,
  },
} as const satisfies Record<string, AlgorithmRules>

export type KeyAlgorithm = keyof typeof keyAlgorithms
export const keyAlgorithmNames = Object.keys(keyAlgorithms) as readonly KeyAlgorithm[]

export function rulesOf(algorithm: KeyAlgorithm): AlgorithmRules {
  return keyAlgorithms[algorithm]
}

/** Beyond it one check costs the host more than it is worth. */
const MAX_RSA_BITS = 8192

/** The rules that somebody's public key falls under; undefined: one the host does not work with. */
export function algorithmOf(key: KeyObject): KeyAlgorithm | undefined {
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {}
  switch (key.asymmetricKeyType) {
    case 'rsa':
      if (modulusLength < 2048 || modulusLength > MAX_RSA_BITS) return undefined
      return modulusLength < 3072 ? 'rsa-2048' : modulusLength < 4096 ? 'rsa-3072' : 'rsa-4096'
    case 'ec':
      return keyAlgorithmNames.find((name) => keyAlgorithms[name].size === namedCurve)
    case 'ed25519':
      return 'ed25519'
    default:
      return isSm2(key.export({ format: 'der', type: 'spki' })) ? 'sm2' : undefined
  }
}
