import { createPrivateKey, randomUUID } from 'node:crypto'
import { CompactSign } from 'jose'
import { rulesOf } from '../key-algorithms.ts'
import type { SigningKey } from '../key-store.ts'
import { contentRefusal, newestVersion, type SigningContent } from '../signing-content.ts'
import { type Claims, tokenClaims } from './claims.ts'

export interface JwtRequest {
  readonly claims: Claims
  readonly expiresInS?: number
}

/** Names the version whose public key the token is checked by. */
export const kidOf = (key: string, version: number): string => `${key}.${version}`

/**
 * A JSON Web Token (RFC 7519) by the one algorithm of the key.
 * @throws CORE_SIGNED_CONTENT_REFUSED
 */
export function jwtContent(key: SigningKey, request: JwtRequest, now: number): SigningContent {
  const version = newestVersion(key.versions)
  const { jwtAlgorithm: alg } = rulesOf(key.algorithm)
  const { jwt } = key.policy
  if (alg === null || jwt === null) {
    throw contentRefusal('jwt', `a key of ${key.algorithm} signs no tokens`)
  }
  const times = { now, expiresInS: request.expiresInS, jti: randomUUID() }
  const result = tokenClaims(request.claims, jwt, times)
  if (!result.ok) throw contentRefusal('jwt', result.reason)
  const { claims } = result
  const { iss, sub, aud, exp, jti } = claims
  return {
    version,
    detail: { algorithm: alg, iss, sub, aud, exp, jti },
    sign: async (secret) => {
      const privateKey = createPrivateKey({ key: secret, format: 'der', type: 'pkcs8' })
      const token = await new CompactSign(Buffer.from(JSON.stringify(claims)))
        .setProtectedHeader({ alg, typ: 'JWT', kid: kidOf(key.id, version.version) })
        .sign(privateKey)
      const signature = Buffer.from(token.slice(token.lastIndexOf('.') + 1), 'base64url')
      return { signature: signature.toString('base64'), algorithm: alg, token }
    },
  }
}
