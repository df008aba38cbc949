import { type CryptoKey, errors, importJWK, type JWTHeaderParameters, jwtVerify } from 'jose'
import type { Snapshot } from '../rollout/routing/snapshot.ts'
import { readClaims, TOKEN_TYPE, type TokenClaims } from './access-token.ts'
import { CLOCK_SKEW_S, isOver, TOKEN_ALGORITHM, type TokenKey } from './token-key.ts'

/** Why a token is refused: short and fixed, for the header of RFC 6750 §3. */
export type TokenFault =
  | 'malformed'
  | 'algorithm'
  | 'type'
  | 'unknown_key'
  | 'signature'
  | 'issuer'
  | 'audience'
  | 'not_yet'
  | 'expired'
  | 'claims'
  | 'revoked'

/** Nobody here has signed it: made up, and not old, revoked or meant for something else. */
const forged: ReadonlySet<string> = new Set<TokenFault>([
  'malformed',
  'algorithm',
  'unknown_key',
  'signature',
])

/** Whether a token was refused as one that somebody made up. */
export function isForged(fault: unknown): fault is TokenFault {
  return typeof fault === 'string' && forged.has(fault)
}

/** A token whose signature, type, issuer and claims are right; whether it is still good is asked at each call. */
export interface VerifiedToken {
  readonly kid: string
  readonly claims: TokenClaims
}

/** Ours have under 1100 characters; what is longer is not worth parsing. */
const MAX_TOKEN_CHARS = 4096

/** Busy tokens of ten minutes: some 16 MB at most. Beyond it the oldest is verified once more. */
const MAX_KNOWN = 10_000

/** Three base64url parts, the first the start of a JSON object. */
const shape = /^ey[\w-]+\.[\w-]+\.[\w-]+$/

interface Ports {
  readonly snapshot: () => Snapshot
  /** URL of the host, without a slash at its end. */
  readonly issuer: string
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/**
 * Verifies access tokens (RFC 9068 §4, RFC 8725). A signature is checked once for a token; each call then costs the
 * look-ups that say whether key, credential and subscription still stand, so that to revoke needs no waiting.
 */
export class TokenVerifier {
  readonly #ports: Ports
  readonly #known = new Map<string, VerifiedToken>()
  readonly #imported = new Map<string, Promise<CryptoKey | Uint8Array>>()

  constructor(ports: Ports) {
    this.#ports = ports
  }

  isToken(secret: string): boolean {
    return secret.startsWith('ey')
  }

  known(token: string): VerifiedToken | undefined {
    return this.#known.get(token)
  }

  /** Never rejects: a token that cannot be verified is refused by a word. */
  async verify(token: string): Promise<VerifiedToken | TokenFault> {
    if (token.length > MAX_TOKEN_CHARS || !shape.test(token)) return 'malformed'
    const { issuer, now } = this.#ports
    try {
      const { payload, protectedHeader } = await jwtVerify(token, (header) => this.#keyOf(header), {
        algorithms: [TOKEN_ALGORITHM],
        typ: TOKEN_TYPE,
        issuer,
        clockTolerance: CLOCK_SKEW_S,
        currentDate: new Date(now()),
      })
      const claims = readClaims(payload)
      if (claims === undefined) return 'claims'
      const verified = { kid: protectedHeader.kid as string, claims }
      this.#keep(token, verified)
      return verified
    } catch (error) {
      return faultOf(error)
    }
  }

  /**
   * Whether a verified token is still good, by the snapshot in force: no I/O.
   * @param audience URL of what is called
   * @returns undefined: it is
   */
  faultNow(
    snapshot: Snapshot,
    { kid, claims }: VerifiedToken,
    audience: string,
  ): TokenFault | undefined {
    const nowMs = this.#ports.now()
    const key = snapshot.tokenKeys.get(kid)
    if (key === undefined || isOver(key, nowMs)) return 'unknown_key'
    if (nowMs >= claims.expiresAt * 1000) return 'expired'
    if (claims.audience !== audience) return 'audience'
    if (snapshot.revokedTokens.has(claims.id)) return 'revoked'
    const credential = snapshot.credentials.get(claims.credential)
    const isOfIt = credential?.kind === 'secret' && credential.subscription === claims.subscription
    if (!isOfIt || (credential.expiresAt ?? Number.POSITIVE_INFINITY) <= nowMs) return 'revoked'
    return undefined
  }

  /** By name from the own set, and by nothing else that a header may hold (RFC 8725 §3.10). */
  async #keyOf(header: JWTHeaderParameters): Promise<CryptoKey | Uint8Array> {
    for (const foreign of ['jku', 'jwk', 'x5u', 'x5c', 'x5t', 'crit']) {
      if (Object.hasOwn(header, foreign)) throw new errors.JWTInvalid(`it has ${foreign}`)
    }
    const { kid } = header
    const key = typeof kid === 'string' ? this.#ports.snapshot().tokenKeys.get(kid) : undefined
    if (key === undefined || isOver(key, this.#ports.now())) throw new errors.JWKSNoMatchingKey()
    return this.#import(key)
  }

  /** A name is the thumbprint of its key: what was imported under it stays what it is. */
  #import({ kid, publicJwk }: TokenKey): Promise<CryptoKey | Uint8Array> {
    const known = this.#imported.get(kid)
    if (known !== undefined) return known
    const importing = importJWK(publicJwk, TOKEN_ALGORITHM)
    this.#imported.set(kid, importing)
    return importing
  }

  #keep(token: string, verified: VerifiedToken): void {
    if (this.#known.size >= MAX_KNOWN) {
      const oldest = this.#known.keys().next().value
      if (oldest !== undefined) this.#known.delete(oldest)
    }
    this.#known.set(token, verified)
  }
}

function faultOf(error: unknown): TokenFault {
  if (error instanceof errors.JWTExpired) return 'expired'
  if (error instanceof errors.JWTClaimValidationFailed) return claimFaults[error.claim] ?? 'claims'
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature'
  if (error instanceof errors.JOSEAlgNotAllowed) return 'algorithm'
  if (error instanceof errors.JWKSNoMatchingKey) return 'unknown_key'
  return 'malformed'
}

const claimFaults: Readonly<Record<string, TokenFault>> = {
  typ: 'type',
  iss: 'issuer',
  nbf: 'not_yet',
  iat: 'not_yet',
  exp: 'expired',
}
