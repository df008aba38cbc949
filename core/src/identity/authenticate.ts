import type { Knex } from 'knex'
import { sameSecret } from '../gateway/api-key.ts'
import type { Snapshot } from '../rollout/routing/snapshot.ts'
import type { Head, UserProofs } from './access/user-proofs.ts'
import type { AppAuthenticator } from './app-authenticator.ts'
import { hashToken } from './identity-service.ts'
import { findAdminToken } from './identity-store.ts'
import type { OperatorSessions } from './operator/operator-sessions.ts'
import type { Principal } from './principal.ts'
import { isApiToken } from './tokens/api-token.ts'

interface Ports {
  readonly knex: Knex
  readonly operatorToken: string
  readonly snapshot: () => Snapshot
  readonly users: Pick<UserProofs, 'byToken' | 'byCookie'>
  readonly operators: Pick<OperatorSessions, 'byCookie'>
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

/** What a secret is, by its beginning. */
type SecretKind = 'key' | 'operator' | 'token' | 'user' | 'admin' | 'publisher'

const lookedUp: ReadonlySet<SecretKind> = new Set<SecretKind>(['user', 'admin', 'publisher'])

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
    return lookedUp.has(this.#kindOf(secret))
  }

  /**
   * By what the head of a request carries; a cookie counts only where there is neither token nor key.
   * @param beforeLookUp called before a database is asked for a secret; what it throws refuses the request
   * @throws CORE_CROSS_SITE_REFUSED, CORE_TOKEN_INVALID, CORE_CREDENTIAL_EXPIRED
   */
  async ofRequest(head: Head, beforeLookUp: () => void): Promise<Authenticated> {
    const secret = secretOf(head.headers)
    if (secret !== undefined) return { principal: await this.#bySecret(secret, beforeLookUp) }
    return (await this.#userByCookie(head)) ?? this.#operatorByCookie(head)
  }

  async #userByCookie(head: Head): Promise<Authenticated | undefined> {
    const proven = await this.#ports.users.byCookie(head)
    if (proven === undefined) return undefined
    const { access, setCookie } = proven
    return { principal: access.principal, csrf: access.csrf, setCookie }
  }

  async #operatorByCookie(head: Head): Promise<Authenticated> {
    const proven = await this.#ports.operators.byCookie(head)
    if (proven === undefined) return { principal: { kind: 'anonymous' } }
    return { principal: { kind: 'operator', session: proven.id }, csrf: proven.csrf }
  }

  /** The operator's own may begin as it likes, but as a key: those come with every call, and a hash costs as much as a call. */
  #kindOf(secret: string): SecretKind {
    if (secret.startsWith('dsk_')) return 'key'
    if (this.isOperator(secret)) return 'operator'
    if (secret.startsWith('ey')) return 'token'
    if (isApiToken(secret)) return 'user'
    return secret.startsWith('sba_') ? 'admin' : 'publisher'
  }

  async #bySecret(secret: string, beforeLookUp: () => void): Promise<Principal> {
    const kind = this.#kindOf(secret)
    if (lookedUp.has(kind)) beforeLookUp()
    switch (kind) {
      case 'operator':
        return { kind }
      case 'key':
      case 'token':
        return this.#app(secret)
      case 'user':
        return (await this.#ports.users.byToken(secret))?.principal ?? { kind: 'anonymous' }
      case 'admin':
        return this.#admin(secret)
      case 'publisher':
        return this.#publisher(secret)
    }
  }

  async #admin(secret: string): Promise<Principal> {
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
