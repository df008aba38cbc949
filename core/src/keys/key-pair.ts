import { createPublicKey, generateKeyPair, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { type KeyAlgorithm, rulesOf } from './key-algorithms.ts'
import { pointOf } from './sm2.ts'

const makePair = promisify(generateKeyPair)

export interface KeyMaterial {
  /** PKCS#8 DER; 32 bytes for an HMAC. Sealed before it is written, and wiped where it was used. */
  readonly secret: Buffer
  /** SubjectPublicKeyInfo DER; null for an HMAC. */
  readonly spki: Buffer | null
}

/** On a thread of the pool: an RSA key of 4096 bits takes about a second. */
export async function generateKey(algorithm: KeyAlgorithm): Promise<KeyMaterial> {
  const { family, size } = rulesOf(algorithm)
  if (family === 'hmac') return { secret: randomBytes(32), spki: null }
  const { privateKey, publicKey } = await pairOf(family, size)
  return {
    secret: privateKey.export({ format: 'der', type: 'pkcs8' }),
    spki: publicKey.export({ format: 'der', type: 'spki' }),
  }
}

function pairOf(family: 'rsa' | 'ecdsa' | 'ed25519' | 'sm2', size: number | string | null) {
  if (family === 'rsa') return makePair('rsa', { modulusLength: size as number })
  if (family === 'ed25519') return makePair('ed25519')
  return makePair('ec', { namedCurve: size as string })
}

export function spkiPem(spki: Buffer): string {
  return pemOf('PUBLIC KEY', spki)
}

/** RFC 7517. Node knows no JWK of SM2, and neither does JOSE: `SM2` is the name that others use for the curve. */
export function publicJwk(algorithm: KeyAlgorithm, spki: Buffer, kid: string): object {
  if (rulesOf(algorithm).family !== 'sm2') {
    const jwk = createPublicKey({ key: spki, format: 'der', type: 'spki' }).export({
      format: 'jwk',
    })
    return { ...jwk, kid }
  }
  const point = Buffer.from(pointOf(spki), 'hex')
  const coordinate = (from: number) => point.subarray(from, from + 32).toString('base64url')
  return { kty: 'EC', crv: 'SM2', x: coordinate(1), y: coordinate(33), kid }
}

/** RFC 7468. */
export function pemOf(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}
