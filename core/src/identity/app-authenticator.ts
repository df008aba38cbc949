import { isOver } from '../catalog/credential.ts'
import { coreErrors } from '../errors.ts'
import { parseApiKey, sameSecret } from '../gateway/api-key.ts'
import type { TokenFault, TokenVerifier, VerifiedToken } from '../oauth/token-verifier.ts'
import type { Snapshot } from '../rollout/routing/snapshot.ts'
import type { Principal } from './principal.ts'

export type App = Extract<Principal, { kind: 'app' }>

export type TokenProof = VerifiedToken | TokenFault

interface Ports {
  readonly tokens: Pick<TokenVerifier, 'isToken' | 'known' | 'verify' | 'faultNow'>
  readonly uses: { used(credential: string): void }
  /** Milliseconds since the epoch, by PostgreSQL's clock. */
  readonly now: () => number
}

interface Proven {
  readonly app: App
  readonly credential: string
  readonly expiresAt: number | undefined
}

/**
 * Keys that were proven against this very snapshot: a hash costs as much as all the rest of the admission.
 * A revoked key is in another snapshot, so nothing has to be forgotten in time; a wrong key is never kept.
 */
const proven = new WeakMap<Snapshot, Map<string, Proven>>()

/** Enough for every key that is busy between two changes; beyond it keys are hashed as if they were new. */
const MAX_PROVEN = 10_000

/** Tells which app a key or a token stands for: no query, so that calls go on while PostgreSQL is away. */
export class AppAuthenticator {
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** What must be awaited before `appOf` can tell of a secret; undefined, as for all but new tokens: nothing. */
  proofOf(secret: string | undefined): Promise<TokenProof> | undefined {
    const { tokens } = this.#ports
    if (secret === undefined || !tokens.isToken(secret)) return undefined
    return tokens.known(secret) === undefined ? tokens.verify(secret) : undefined
  }

  /**
   * @param audience URL of what is asked for, which a token must be meant for; a key costs no text of it
   * @param proof what was awaited
   * @returns undefined: nobody that is known
   * @throws CORE_TOKEN_INVALID, CORE_CREDENTIAL_EXPIRED: a right key that is over
   */
  appOf(
    snapshot: Snapshot,
    secret: string,
    audience: () => string,
    proof?: TokenProof,
  ): App | undefined {
    const { tokens } = this.#ports
    if (!tokens.isToken(secret)) return this.#ofKey(snapshot, secret)
    return this.#ofToken(snapshot, proof ?? tokens.known(secret) ?? 'malformed', audience())
  }

  #ofToken(snapshot: Snapshot, proof: TokenProof, audience: string): App {
    const { tokens, uses } = this.#ports
    const fault = typeof proof === 'string' ? proof : tokens.faultNow(snapshot, proof, audience)
    if (fault !== undefined || typeof proof === 'string') {
      throw coreErrors.create('TOKEN_INVALID', { reason: fault ?? 'malformed' })
    }
    const { subscription: id, credential, scopes } = proof.claims
    const subscription = snapshot.subscriptions.get(id)
    if (subscription === undefined) throw coreErrors.create('TOKEN_INVALID', { reason: 'revoked' })
    uses.used(credential)
    const { tenant, app } = subscription
    const narrowed = scopes === undefined ? {} : { scopes }
    return { kind: 'app', tenant, app, subscription: id, ...narrowed }
  }

  #ofKey(snapshot: Snapshot, key: string): App | undefined {
    const known = proven.get(snapshot)
    let found = known?.get(key)
    if (found === undefined) {
      found = prove(snapshot, key)
      if (found === undefined) return undefined
      if (known === undefined) proven.set(snapshot, new Map([[key, found]]))
      else if (known.size < MAX_PROVEN) known.set(key, found)
    }
    if (isOver(found.expiresAt, this.#ports.now())) {
      throw coreErrors.create('CREDENTIAL_EXPIRED', { credential: found.credential })
    }
    this.#ports.uses.used(found.credential)
    return found.app
  }
}

/** Whether a key that was let in once still would be: neither revoked nor over. @param now ms since the epoch */
export function isKeyInForce(snapshot: Snapshot, key: string, now: number): boolean {
  const found = prove(snapshot, key)
  return found !== undefined && !isOver(found.expiresAt, now)
}

function prove(snapshot: Snapshot, key: string): Proven | undefined {
  const parsed = parseApiKey(key)
  if (parsed === undefined) return undefined
  const credential = snapshot.credentials.get(parsed.id)
  // A client's secret is for tokens: sent with each call it would be in every log of every proxy.
  if (credential === undefined || credential.kind === 'secret') return undefined
  if (!sameSecret(Buffer.from(credential.hash), Buffer.from(parsed.hash))) return undefined
  const subscription = snapshot.subscriptions.get(credential.subscription)
  if (subscription === undefined) return undefined
  const { tenant, app, id } = subscription
  return {
    app: { kind: 'app', tenant, app, subscription: id },
    credential: parsed.id,
    expiresAt: credential.expiresAt,
  }
}
