import { createHash, createPublicKey, type KeyObject } from 'node:crypto'

/** `ed25519` signs packages and approvals, `p256` is what npm's clients verify a registry by. */
export type KeyKind = 'ed25519' | 'p256'

/** What names a key: `SHA256:` and 43 characters of base64url. */
export const keyIdPattern = '^SHA256:[A-Za-z0-9_-]{43}$'

/** The fingerprint of a key: SHA-256 over its SubjectPublicKeyInfo (RFC 5280 §4.1), as npm names a registry's. */
export function keyIdOf(publicKey: KeyObject): string {
  return `SHA256:${createHash('sha256').update(spkiOf(publicKey)).digest('base64url')}`
}

/** A public key as text: SubjectPublicKeyInfo, DER, base64. */
export function publicKeyText(publicKey: KeyObject): string {
  return spkiOf(publicKey).toString('base64')
}

/** @returns undefined where the text is no key of that kind: an algorithm is never taken from what it verifies */
export function publicKeyFrom(text: string, kind: KeyKind): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' })
    return isOfKind(key, kind) ? key : undefined
  } catch {
    return undefined
  }
}

export function isOfKind(key: KeyObject, kind: KeyKind): boolean {
  if (kind === 'ed25519') return key.asymmetricKeyType === 'ed25519'
  return key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1'
}

function spkiOf(key: KeyObject): Buffer {
  // The public half comes out of a private key as well.
  const own = key.type === 'private' ? createPublicKey(key) : key
  return own.export({ format: 'der', type: 'spki' })
}
