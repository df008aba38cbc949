import type { Knex } from 'knex'
import { parseApiKey, sameSecret } from '../gateway/api-key.ts'
import type { Snapshot } from '../rollout/routing/snapshot.ts'
import type { Head, UserProofs } from './access/user-proofs.ts'
import { hashToken } from './identity-service.ts'
import { findAdminToken } from './identity-store.ts'
import type { Principal } from './principal.ts'
import { isApiToken } from './tokens/api-token.ts'

interface Ports {
  readonly knex: Knex
  readonly operatorToken: string
  readonly snapshot: () => Snapshot
  readonly users: Pick<UserProofs, 'byToken' | 'byCookie'>
  /** The marketplace knows its publishers by their tokens. */
  readonly publisherOf: (token: string) => Promise<string | undefined>
}

export interface Authenticated {
  readonly principal: Principal
  /** Of a session. */
  readonly csrf?: string | undefined
  /** A `Set-Cookie` value that the answer carries. */
  readonly setCookie?: string | undefined
}

/** Tells who sent a request, by its bearer token, key or cookie. A wrong secret is anonymous, never an error. */
export class Authenticator {
  readonly #ports: Ports
  readonly #operatorHash: Buffer

  constructor(ports: Ports) {
    this.#ports = ports
    this.#operatorHash = hashToken(ports.operatorToken)
  }

  isOperator(token: string): boolean {
    return sameSecret(hashToken(token), this.#operatorHash)
  }

  /** Whether a database is asked for it: what keys and the operator's token prove is in memory. */
  isLookedUp(secret: string): boolean {
    return !secret.startsWith('dsk_') && !this.isOperator(secret)
  }

  /**
   * By what the head of a request carries; a cookie counts only where there is neither token nor key.
   * @throws CORE_CROSS_SITE_REFUSED
   */
  async ofRequest(head: Head): Promise<Authenticated> {
    const secret = secretOf(head.headers)
    if (secret !== undefined) return { principal: await this.#bySecret(secret) }
    const proven = await this.#ports.users.byCookie(head)
    if (proven === undefined) return { principal: { kind: 'anonymous' } }
    const { access, setCookie } = proven
    return { principal: access.principal, csrf: access.csrf, setCookie }
  }

  async #bySecret(secret: string): Promise<Principal> {
    if (secret.startsWith('dsk_'))
      return appOf(this.#ports.snapshot(), secret) ?? { kind: 'anonymous' }
    if (this.isOperator(secret)) return { kind: 'operator' }
    if (isApiToken(secret)) {
      return (await this.#ports.users.byToken(secret))?.principal ?? { kind: 'anonymous' }
    }
    if (!secret.startsWith('sba_')) return this.#publisher(secret)
    const row = await findAdminToken(this.#ports.knex, hashToken(secret))
    return row === undefined
      ? { kind: 'anonymous' }
      : { kind: 'admin', tenant: row.tenant, token: row.id }
  }

  async #publisher(secret: string): Promise<Principal> {
    const name = await this.#ports.publisherOf(secret)
    return name === undefined ? { kind: 'anonymous' } : { kind: 'publisher', name }
  }
}

type App = Extract<Principal, { kind: 'app' }>

/**
 * Keys that were proven against this very snapshot: a hash costs as much as all the rest of the admission.
 * A revoked key is in another snapshot, so nothing has to be forgotten in time; a wrong key is never kept.
 */
const proven = new WeakMap<Snapshot, Map<string, App>>()

/** Enough for every key that is busy between two changes; beyond it keys are hashed as if they were new. */
const MAX_PROVEN = 10_000

/** The app behind a key: no I/O, so that calls are authenticated while PostgreSQL is away. */
export function appOf(snapshot: Snapshot, key: string): App | undefined {
  const known = proven.get(snapshot)
  const kept = known?.get(key)
  if (kept !== undefined) return kept
  const app = prove(snapshot, key)
  if (app === undefined) return undefined
  if (known === undefined) proven.set(snapshot, new Map([[key, app]]))
  else if (known.size < MAX_PROVEN) known.set(key, app)
  return app
}

function prove(snapshot: Snapshot, key: string): App | undefined {
  const parsed = parseApiKey(key)
  if (parsed === undefined) return undefined
  const credential = snapshot.credentials.get(parsed.id)
  if (
    credential === undefined ||
    !sameSecret(Buffer.from(credential.hash), Buffer.from(parsed.hash))
  ) {
    return undefined
  }
  const subscription = snapshot.subscriptions.get(credential.subscription)
  if (subscription === undefined) return undefined
  return {
    kind: 'app',
    tenant: subscription.tenant,
    app: subscription.app,
    subscription: subscription.id,
  }
}

/** The secret of a request: `Authorization: Bearer …`, or `X-API-Key` for clients that cannot set it. */
export function secretOf(headers: Readonly<Record<string, unknown>>): string | undefined {
  const authorization = headers.authorization
  if (typeof authorization === 'string' && /^bearer /i.test(authorization)) {
    return authorization.slice(7).trim() || undefined
  }
  const key = headers['x-api-key']
  return typeof key === 'string' && key !== '' ? key : undefined
}
