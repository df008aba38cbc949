import type { Knex } from 'knex'
import { sameSecret } from '../gateway/api-key.ts'
import type { Snapshot } from '../rollout/routing/snapshot.ts'
import type { Head, UserProofs } from './access/user-proofs.ts'
import type { AppAuthenticator } from './app-authenticator.ts'
import { hashToken } from './identity-service.ts'
import { findAdminToken } from './identity-store.ts'
import type { Principal } from './principal.ts'
import { isApiToken } from './tokens/api-token.ts'

interface Ports {
  readonly knex: Knex
  readonly operatorToken: string
  readonly snapshot: () => Snapshot
  readonly users: Pick<UserProofs, 'byToken' | 'byCookie'>
  readonly apps: Pick<AppAuthenticator, 'proofOf' | 'appOf'>
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

  /** Whether a database is asked for it: what keys, OAuth tokens and the operator's token prove is in memory. */
  isLookedUp(secret: string): boolean {
    return !secret.startsWith('dsk_') && !secret.startsWith('ey') && !this.isOperator(secret)
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
    if (secret.startsWith('dsk_')) return this.#app(secret)
    if (this.isOperator(secret)) return { kind: 'operator' }
    if (secret.startsWith('ey')) return this.#app(secret)
    if (isApiToken(secret)) {
      return (await this.#ports.users.byToken(secret))?.principal ?? { kind: 'anonymous' }
    }
    if (!secret.startsWith('sba_')) return this.#publisher(secret)
    const row = await findAdminToken(this.#ports.knex, hashToken(secret))
    return row === undefined
      ? { kind: 'anonymous' }
      : { kind: 'admin', tenant: row.tenant, token: row.id }
  }

  /** @throws CORE_TOKEN_INVALID: a token opens its service and nothing of the host's own face */
  async #app(secret: string): Promise<Principal> {
    const { apps, snapshot } = this.#ports
    const proof = await apps.proofOf(secret)
    return apps.appOf(snapshot(), secret, () => '', proof) ?? { kind: 'anonymous' }
  }

  async #publisher(secret: string): Promise<Principal> {
    const name = await this.#ports.publisherOf(secret)
    return name === undefined ? { kind: 'anonymous' } : { kind: 'publisher', name }
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
