import type { JWK } from 'jose'

/** What tokens are signed by, as every node knows it. Instants are milliseconds since the epoch. */
export interface TokenKey {
  readonly kid: string
  readonly publicJwk: JWK
  /** Known to all before it signs: a token never comes to a node that has not heard of its key. */
  readonly signsFrom: number
  /** From then on nothing that it signed is taken; null: it is the newest. */
  readonly endsAt: number | null
}

/**
 * RFC 9068 §2.1 asks servers for RS256, so that every client library can read what it is given. Only this one is
 * made or taken: what a token says of its own algorithm chooses nothing.
 */
export const TOKEN_ALGORITHM = 'RS256'

/** RFC 9068 §5 wants them short: who has one that was stolen has it for this long. */
export const TOKEN_LIFE_S = 600

/** Nodes and clients agree by PostgreSQL's clock; what is left is a delay of a poll. */
export const CLOCK_SKEW_S = 5

/** A month's tokens under one key, so that whoever got at one has no year of them. */
export const KEY_AGE_MS = 30 * 86_400_000

/** Ten times what a node needs at most to read a change that it was not told of, and clients' caches of the JWKS. */
export const PUBLISHED_BEFORE_MS = 60_000

/** @returns what signs now: the newest that may; undefined: there is none */
export function signingKey(keys: Iterable<TokenKey>, now: number): TokenKey | undefined {
  let newest: TokenKey | undefined
  for (const key of keys) {
    if (key.signsFrom > now || isOver(key, now)) continue
    if (newest === undefined || key.signsFrom >= newest.signsFrom) newest = key
  }
  return newest
}

export function isOver({ endsAt }: TokenKey, now: number): boolean {
  return endsAt !== null && now >= endsAt
}

/** What the JWKS shows: whatever verifies now, or will. */
export function shownKeys(keys: Iterable<TokenKey>, now: number): TokenKey[] {
  return [...keys].filter((key) => !isOver(key, now))
}

export interface KeyRotation {
  /** Of the key that is made. */
  readonly signsFrom: number
  /** Of all that were there. */
  readonly endsAt: number
}

/**
 * @param isAtOnce a key got into wrong hands: its tokens are refused from now on, good ones with them
 */
export function rotationOf(keys: Iterable<TokenKey>, now: number, isAtOnce: boolean): KeyRotation {
  const isFirst = signingKey(keys, now) === undefined
  const signsFrom = isAtOnce || isFirst ? now : now + PUBLISHED_BEFORE_MS
  const lastToken = signsFrom + (TOKEN_LIFE_S + CLOCK_SKEW_S) * 1000
  return { signsFrom, endsAt: isAtOnce ? now : lastToken }
}

/** Whether the newest has signed for long enough; none is none to rotate. */
export function isDueToRotate(keys: Iterable<TokenKey>, now: number): boolean {
  const newest = [...keys].reduce(
    (latest, { signsFrom }) => Math.max(latest, signsFrom),
    Number.NEGATIVE_INFINITY,
  )
  return Number.isFinite(newest) && now - newest >= KEY_AGE_MS
}
