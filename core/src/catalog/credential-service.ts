import { randomBytes } from 'node:crypto'
import type { Knex } from 'knex'
import { coreErrors } from '../errors.ts'
import { makeApiKey } from '../gateway/api-key.ts'
import type { Caller } from '../identity/identity-service.ts'
import {
  type CredentialKind,
  type CredentialRow,
  DEFAULT_OVERLAP_S,
  endOfRotated,
  MAX_CREDENTIALS,
} from './credential.ts'
import {
  endCredential,
  insertCredential,
  listCredentials,
  revokeCredential,
} from './credential-store.ts'
import { type CatalogPorts, commitReached } from './reached-change.ts'
import type { SubscriptionRow } from './subscription.ts'
import { requireFound } from './subscription-service.ts'
import { endStates } from './subscription-states.ts'
import { findSubscription, lockSubscription } from './subscription-store.ts'

export interface CredentialWish {
  readonly kind?: CredentialKind | undefined
  readonly name?: string | undefined
  /** Milliseconds since the epoch. */
  readonly expiresAt?: number | undefined
}

/** A credential in the moment it is made; what it is proven by is shown this once. */
export type IssuedCredential =
  | { readonly id: string; readonly expiresAt: string | null; readonly key: string }
  | {
      readonly id: string
      readonly expiresAt: string | null
      readonly clientId: string
      readonly clientSecret: string
    }

interface Ports extends CatalogPorts {
  /** Before the first client's secret is made: what its tokens are signed by is on every node by then. */
  readonly ensureTokenKey: () => Promise<void>
}

/** Keys and clients' secrets of subscriptions. Every change is in force on this node on return. */
export class CredentialService {
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  async issue(caller: Caller, id: string, wish: CredentialWish): Promise<IssuedCredential> {
    const { kind = 'key' } = wish
    if (kind === 'secret') await this.#ports.ensureTokenKey()
    return this.#change(caller, 'issued', id, async (trx, row) => {
      const live = await listCredentials(trx, id, this.#ports.now())
      if (live.filter((one) => one.kind === kind).length >= MAX_CREDENTIALS) {
        throw coreErrors.create('CREDENTIAL_LIMIT', { subscription: id })
      }
      const issued = await this.#insert(trx, row, { ...wish, kind })
      return { result: issued, detail: { credential: issued.id, kind } }
    })
  }

  /** Another of the same kind and name; the old one goes on until the overlap is over. */
  async rotate(
    caller: Caller,
    id: string,
    credential: string,
    overlapS = DEFAULT_OVERLAP_S,
  ): Promise<IssuedCredential & { readonly old: { id: string; expiresAt: string } }> {
    const { now } = this.#ports
    return this.#change(caller, 'rotated', id, async (trx, row) => {
      const live = await listCredentials(trx, id, now())
      const old = live.find((one) => one.id === credential)
      if (old === undefined) {
        throw coreErrors.create('CREDENTIAL_MISSING', { subscription: id, credential })
      }
      if (live.filter(({ kind }) => kind === old.kind).length >= MAX_CREDENTIALS) {
        throw coreErrors.create('CREDENTIAL_LIMIT', { subscription: id })
      }
      const { kind, name } = old
      const issued = await this.#insert(trx, row, { kind, name: name ?? undefined })
      const endsAt = endOfRotated(instantOf(old), overlapS, now())
      await endCredential(trx, old.id, endsAt)
      const ending = { id: old.id, expiresAt: new Date(endsAt).toISOString() }
      const detail = { credential: issued.id, kind, old: ending }
      return { result: { ...issued, old: ending }, detail }
    })
  }

  /** With it go the tokens that a client's secret was exchanged for. */
  async revoke(caller: Caller, id: string, credential: string): Promise<void> {
    await this.#change(caller, 'revoked', id, async (trx) => {
      if (!(await revokeCredential(trx, id, credential))) {
        throw coreErrors.create('CREDENTIAL_MISSING', { subscription: id, credential })
      }
      return { result: undefined, detail: { credential } }
    })
  }

  async #insert(
    trx: Knex.Transaction,
    row: SubscriptionRow,
    { kind = 'key', name, expiresAt }: CredentialWish,
  ): Promise<IssuedCredential> {
    if (endStates.includes(row.state)) {
      throw coreErrors.create('SUBSCRIPTION_INACTIVE', { subscription: row.id, state: row.state })
    }
    if (expiresAt !== undefined && expiresAt <= this.#ports.now()) {
      const faults = [{ pointer: '/expiresAt', detail: 'must lie ahead' }]
      throw coreErrors.create('INPUT_INVALID', {}, { faults })
    }
    const { id, key, hash } = makeApiKey(randomBytes(45), kind)
    const ends = expiresAt === undefined ? null : new Date(expiresAt)
    const made = { id, subscription: row.id, hash, kind, name: name ?? null, expiresAt: ends }
    await insertCredential(trx, made)
    const shown = { id, expiresAt: ends?.toISOString() ?? null }
    return kind === 'key' ? { ...shown, key } : { ...shown, clientId: row.id, clientSecret: key }
  }

  async #change<Result>(
    caller: Caller,
    what: string,
    id: string,
    work: (
      trx: Knex.Transaction,
      row: SubscriptionRow,
    ) => Promise<{ result: Result; detail: Readonly<Record<string, unknown>> }>,
  ): Promise<Result> {
    const { tenant } = requireFound(await findSubscription(this.#ports.knex, id), id)
    const change = { ...caller, action: `credential.${what}`, subject: id, tenant }
    const done = await commitReached(
      this.#ports,
      ({ detail }: { detail: Readonly<Record<string, unknown>> }) => [{ ...change, detail }],
      async (trx) => work(trx, requireFound(await lockSubscription(trx, id), id)),
    )
    return done.result
  }
}

function instantOf({ expiresAt }: CredentialRow): number | null {
  return expiresAt === null ? null : Date.parse(expiresAt)
}
