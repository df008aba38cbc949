import type { KeyObject } from 'node:crypto'
import { type CryptoKey, type JWTPayload, SignJWT } from 'jose'
import { TOKEN_ALGORITHM } from './token-key.ts'

/** RFC 9068 §2.1: what keeps an ID token, or whatever else was signed, from being taken for one. */
export const TOKEN_TYPE = 'at+jwt'

/** What a token says. Instants are seconds since the epoch. */
export interface TokenClaims {
  /** URL of the host. */
  readonly issuer: string
  /** URL of the one service that it opens. */
  readonly audience: string
  /** The app, as it stands in the audit. */
  readonly subject: string
  /** The subscription: what a client is here. */
  readonly subscription: string
  /** The secret that it was exchanged for: with it the token ends. */
  readonly credential: string
  /** Operations; undefined: all that the subscription covers. */
  readonly scopes: readonly string[] | undefined
  readonly id: string
  readonly issuedAt: number
  readonly expiresAt: number
}

/** A signed token in the JWT profile of RFC 9068. */
export async function signToken(
  claims: TokenClaims,
  { kid, key }: { readonly kid: string; readonly key: CryptoKey | KeyObject },
): Promise<string> {
  const { subscription, credential, scopes } = claims
  const payload = {
    client_id: subscription,
    credential,
    ...(scopes === undefined ? {} : { scope: scopes.join(' ') }),
  }
  return new SignJWT(payload)
    .setProtectedHeader({ alg: TOKEN_ALGORITHM, typ: TOKEN_TYPE, kid })
    .setIssuer(claims.issuer)
    .setSubject(claims.subject)
    .setAudience(claims.audience)
    .setJti(claims.id)
    .setIssuedAt(claims.issuedAt)
    .setExpirationTime(claims.expiresAt)
    .sign(key)
}

/**
 * The claims of a payload whose signature, type, issuer and time were checked.
 * @returns undefined where one is missing or of another type: of a key of ours, but no token of ours
 */
export function readClaims(payload: JWTPayload): TokenClaims | undefined {
  const { iss, aud, sub, jti, iat, exp, client_id: subscription, credential, scope } = payload
  const texts = [iss, aud, sub, jti, subscription, credential]
  if (!texts.every((text) => typeof text === 'string' && text !== '')) return undefined
  if (iat === undefined || exp === undefined) return undefined
  if (scope !== undefined && typeof scope !== 'string') return undefined
  return {
    issuer: iss as string,
    audience: aud as string,
    subject: sub as string,
    subscription: subscription as string,
    credential: credential as string,
    scopes: scope?.split(' '),
    id: jti as string,
    issuedAt: iat,
    expiresAt: exp,
  }
}

/** What the audience of a token is, as a resource of RFC 8707. @param issuer without a slash at its end */
export function serviceUrl(issuer: string, service: string, major: number | string): string {
  return `${issuer}/api/${service}/v${major}`
}
