import { createHash, randomBytes } from 'node:crypto'

/** A user's, and a service account's: prefixes that secret scanners can find. */
const prefixes = { person: 'sbu_', service: 'sbs_' } as const

const pattern = /^sb[us]_[A-Za-z0-9_-]{43}$/

export interface ApiToken {
  readonly id: string
  readonly tenant: string
  readonly user: string
  readonly label: string
  readonly actions: readonly string[]
  readonly permissions: readonly string[]
  readonly expiresAt: string
}

export interface ListedToken extends ApiToken {
  readonly createdAt: string
  /** To the minute. */
  readonly lastUsedAt: string | null
}

/** A year: who forgets a token longer than that does not need it. */
export const MAX_DAYS = 366

/** Live ones of one owner. */
export const MAX_TOKENS = 50

/** 256 random bits behind the prefix. */
export function makeApiToken(kind: 'person' | 'service') {
  const text = `${prefixes[kind]}${randomBytes(32).toString('base64url')}`
  return { text, id: `tok_${randomBytes(8).toString('hex')}`, hash: hashApiToken(text) }
}

export function isApiToken(text: string): boolean {
  return pattern.test(text)
}

export function hashApiToken(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
