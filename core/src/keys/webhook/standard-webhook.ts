import type { KeyAlgorithm } from '../key-algorithms.ts'
import type { SignatureScheme } from '../signature-schemes.ts'

/** Standard Webhooks 1.0: what is signed is `id.timestamp.payload`, of text. */

/**
 * Never the beginning of a JOSE header (`{"` in base64url): a signature over `header.payload` would be one of
 * a token with a payload that is not encoded (RFC 7797), and whoever names the id could have tokens signed.
 */
export const webhookIdPattern = '^(?!eyJ)[A-Za-z0-9][A-Za-z0-9_-]{0,127}$'

export const MAX_PAYLOAD_LENGTH = 200_000

export interface SignedMessage {
  readonly id: string
  /** Seconds since the epoch. */
  readonly timestamp: number
  readonly payload: string
}

export function signedBytes({ id, timestamp, payload }: SignedMessage): Buffer {
  return Buffer.from(`${id}.${timestamp}.${payload}`)
}

export interface WebhookScheme {
  /** `v1` by a shared secret, `v1a` by a public key. */
  readonly version: 'v1' | 'v1a'
  readonly scheme: SignatureScheme
}

export function webhookScheme(algorithm: KeyAlgorithm): WebhookScheme | undefined {
  if (algorithm === 'hmac-sha256') {
    return { version: 'v1', scheme: { family: 'hmac', digest: 'sha256' } }
  }
  if (algorithm === 'ed25519') {
    return { version: 'v1a', scheme: { family: 'ed25519', digest: 'sha512' } }
  }
  return undefined
}

/** More than senders put side by side while they change a key. */
const MAX_SIGNATURES = 8

/** The signatures of that version in a `webhook-signature` header, such as `v1,<base64> v1a,<base64>`. */
export function signaturesIn(header: string, version: 'v1' | 'v1a'): readonly Buffer[] {
  return header
    .split(' ', MAX_SIGNATURES)
    .map((part) => part.split(','))
    .filter(([named, text]) => named === version && text !== undefined && text !== '')
    .map(([, text]) => Buffer.from(text as string, 'base64'))
}

export function secretText(secret: Buffer): string {
  return `whsec_${secret.toString('base64')}`
}
