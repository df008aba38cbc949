import type { KeyPolicy } from '../key-policy.ts'

export type Claims = Readonly<Record<string, unknown>>

/** Claims that the host alone sets: who vouches, since when, until when. */
const reserved = ['iss', 'iat', 'exp'] as const

/** Tokens travel in headers, which are cut off at 8 KiB by much of what is in use. */
const MAX_CLAIMS_LENGTH = 4096

/** What PostgreSQL cannot keep in an audit entry, no token says. */
const isText = (value: unknown, max: number) =>
  typeof value === 'string' &&
  value.length > 0 &&
  value.length <= max &&
  value.isWellFormed() &&
  !/\p{Cc}/u.test(value)

/** What the registered claims (RFC 7519 §4.1) have to be; the host writes them into the audit. */
const rules: Readonly<Record<string, (value: unknown) => boolean>> = {
  sub: (value) => isText(value, 255),
  aud: (value) =>
    isText(value, 255) ||
    (Array.isArray(value) &&
      value.length > 0 &&
      value.length <= 10 &&
      value.every((one) => isText(one, 255))),
  jti: (value) => isText(value, 128),
  nbf: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
}

export interface TokenTimes {
  /** Milliseconds since the epoch. */
  readonly now: number
  /** Seconds; the longest that the policy allows, when undefined. */
  readonly expiresInS: number | undefined
  /** Drawn by the host, for a token that has none of its own. */
  readonly jti: string
}

export type ClaimsResult =
  | { readonly ok: true; readonly claims: Claims }
  | { readonly ok: false; readonly reason: string }

/** What a token will say: the plugin's claims, and over them those that are the host's. */
export function tokenClaims(
  asked: Claims,
  { issuer, maxTtlS }: NonNullable<KeyPolicy['jwt']>,
  { now, expiresInS = maxTtlS, jti }: TokenTimes,
): ClaimsResult {
  const refused = (reason: string) => ({ ok: false, reason }) as const
  for (const name of reserved) {
    if (Object.hasOwn(asked, name)) return refused(`${name} is set by the host`)
  }
  for (const [name, isFit] of Object.entries(rules)) {
    if (Object.hasOwn(asked, name) && !isFit(asked[name])) return refused(`${name} is not usable`)
  }
  if (expiresInS > maxTtlS) {
    return refused(`it would hold for ${expiresInS} s; the key's policy allows ${maxTtlS}`)
  }
  const iat = Math.floor(now / 1000)
  const claims = { jti, ...asked, iss: issuer, iat, exp: iat + expiresInS }
  if (JSON.stringify(claims).length > MAX_CLAIMS_LENGTH) {
    return refused(`its claims have more than ${MAX_CLAIMS_LENGTH} characters`)
  }
  return { ok: true, claims }
}
