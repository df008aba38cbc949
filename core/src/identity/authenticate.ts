import type { Knex } from 'knex'
import { sameSecret } from '../gateway/api-key.ts'
import type { Snapshot } from '../rollout/routing/snapshot.ts'
import type { AppAuthenticator } from './app-authenticator.ts'
import { hashToken } from './identity-service.ts'
import { findAdminToken } from './identity-store.ts'
import type { Principal } from './principal.ts'

interface Ports {
  readonly knex: Knex
  readonly operatorToken: string
  readonly snapshot: () => Snapshot
  readonly apps: Pick<AppAuthenticator, 'proofOf' | 'appOf'>
  /** The marketplace knows its publishers by their tokens. */
  readonly publisherOf: (token: string) => Promise<string | undefined>
}

/** Tells who sent a request, by its bearer token or key. A wrong secret is anonymous, never an error. */
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

  async principal(secret: string | undefined): Promise<Principal> {
    if (secret === undefined) return { kind: 'anonymous' }
    if (secret.startsWith('dsk_')) return this.#app(secret)
    if (this.isOperator(secret)) return { kind: 'operator' }
    if (secret.startsWith('ey')) return this.#app(secret)
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
    return apps.appOf(snapshot(), secret, '', proof) ?? { kind: 'anonymous' }
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
