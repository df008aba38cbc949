import type { Knex } from 'knex'
import type { Page } from '../identity/identity-store.ts'
import type { SubscriptionState } from './subscription-states.ts'

export interface SubscriptionRow {
  readonly id: string
  readonly tenant: string
  readonly app: string
  readonly service: string
  readonly major: number
  readonly plan: string
  readonly scopes: readonly string[] | null
  readonly state: SubscriptionState
  /** The actor who suspended it; null while it is not suspended. */
  readonly suspendedBy: string | null
}

export interface CredentialRow {
  readonly id: string
  readonly createdAt: string
}

/** @returns false where the app has a live subscription to the service already. */
export async function insertSubscription(
  trx: Knex,
  { suspendedBy: _, ...row }: SubscriptionRow,
): Promise<boolean> {
  const rows = await trx('subscriptions')
    .insert({ ...row, scopes: row.scopes === null ? null : JSON.stringify(row.scopes) })
    .onConflict(
      trx.raw("(tenant, app, service, major) where state not in ('cancelled', 'rejected')"),
    )
    .ignore()
    .returning('id')
  return rows.length === 1
}

/** Locked until the transaction ends, so that two commands do not both start from one state. */
export async function lockSubscription(
  trx: Knex.Transaction,
  id: string,
): Promise<SubscriptionRow | undefined> {
  return read(trx('subscriptions').where({ id }).forUpdate())
}

export async function findSubscription(
  knex: Knex,
  id: string,
): Promise<SubscriptionRow | undefined> {
  return read(knex('subscriptions').where({ id }))
}

const columns = [
  'id',
  'tenant',
  'app',
  'service',
  'major',
  'plan',
  'scopes',
  'state',
  { suspendedBy: 'suspended_by' },
]

async function read(query: Knex.QueryBuilder): Promise<SubscriptionRow | undefined> {
  return query.first(columns)
}

export async function listSubscriptions(
  knex: Knex,
  tenant: string,
  page: Page,
): Promise<SubscriptionRow[]> {
  const query = knex('subscriptions')
    .where({ tenant })
    .select(columns)
    .orderBy('id')
    .limit(page.limit)
  return page.cursor === undefined ? query : query.where('id', '>', page.cursor)
}

export async function setSubscriptionState(
  trx: Knex,
  id: string,
  state: SubscriptionState,
  suspendedBy: string | null,
): Promise<void> {
  await trx('subscriptions')
    .where({ id })
    .update({ state, suspended_by: suspendedBy, updated_at: trx.fn.now() })
}

export async function insertCredential(
  trx: Knex,
  row: { id: string; subscription: string; hash: Buffer },
): Promise<void> {
  await trx('credentials').insert(row)
}

export async function listCredentials(knex: Knex, subscription: string): Promise<CredentialRow[]> {
  const rows = await knex('credentials')
    .where({ subscription })
    .whereNull('revoked_at')
    .orderBy('created_at')
    .limit(10)
  return rows.map((row) => ({ id: row.id, createdAt: row.created_at.toISOString() }))
}

/** @returns false where there is no such live credential. */
export async function revokeCredential(
  trx: Knex,
  subscription: string,
  id: string,
): Promise<boolean> {
  const changed = await trx('credentials')
    .where({ subscription, id })
    .whereNull('revoked_at')
    .update({ revoked_at: trx.fn.now() })
  return changed === 1
}
