import { createHash, randomBytes } from 'node:crypto'

/** NIST SP 800-63B-4 §2.2.3 for AAL2: at most 1 h of silence and 24 h in all; a working day is enough. */
export const IDLE_S = 60 * 60
export const ABSOLUTE_S = 12 * 60 * 60

/** A cookie that was copied is worth this much longer than its owner's next visit. */
export const ROTATE_S = 15 * 60

/** For requests that were under way with the old cookie when the browser came with the new one. */
export const GRACE_S = 60

/** Who has just shown who he is is not asked again for what decides who may come in; a desk that was left is. */
export const PROVEN_S = 5 * 60

/** One row a device; who has more has forgotten to sign out. */
export const MAX_SESSIONS = 20

export interface Session {
  readonly id: string
  readonly tenant: string
  readonly user: string
  /** How the user was proven: `pwd`, `otp`, `mfa`, `recovery`, `passkey`, `sso` (RFC 8176 where it has a word). */
  readonly methods: readonly string[]
  readonly agent: string
  readonly address: string
}

export interface ListedSession extends Session {
  readonly createdAt: string
  readonly lastSeenAt: string
  readonly expiresAt: string
}

/** 256 random bits: a plain hash of them is enough. */
export function makeSecret(): { readonly text: string; readonly hash: Buffer } {
  const text = randomBytes(32).toString('base64url')
  return { text, hash: hashSecret(text) }
}

export function hashSecret(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
