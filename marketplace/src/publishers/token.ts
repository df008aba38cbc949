import { createHash } from 'node:crypto'

/** The prefix lets secret scanners and people tell what leaked. */
const PREFIX = 'sbm_'

const TOKEN_BYTES = 32

export interface NewToken {
  /** Names the token without giving it away: its hash, in hexadecimal. */
  readonly id: string
  /** Shown once, never stored. */
  readonly text: string
  readonly hash: Buffer
}

export function newToken(randomBytes: (count: number) => Buffer): NewToken {
  const text = `${PREFIX}${randomBytes(TOKEN_BYTES).toString('base64url')}`
  const hash = hashToken(text)
  return { id: hash.toString('hex'), text, hash }
}

/** 256 random bits need no salt and no slow hash; looking up by hash leaks no timing of the token itself. */
export function hashToken(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

export function isPublisherToken(text: string): boolean {
  return text.startsWith(PREFIX)
}

/** @returns the token of `Authorization: Bearer …`, if there is one. */
export function bearerToken(authorization: string | undefined): string | undefined {
  return /^Bearer +(\S{1,512})$/i.exec(authorization ?? '')?.[1]
}
