import type { Knex } from 'knex'
import type { Page } from '../identity/identity-store.ts'
import { noticeDays } from './notices.ts'
import type { SubscriptionChange, SubscriptionRow } from './subscription.ts'
import { endStates } from './subscription-states.ts'

/** By their columns, where the name is another. */
const columnOf = {
  planVersion: 'plan_version',
  wantedPlan: 'wanted_plan',
  expiresAt: 'expires_at',
  noticedDays: 'noticed_days',
  decidedBy: 'decided_by',
  suspendedBy: 'suspended_by',
  suspendedAs: 'suspended_as',
} as const

const columns = [
  'id',
  'tenant',
  'app',
  'service',
  'major',
  'plan',
  'scopes',
  'state',
  'revision',
  'purpose',
  'reason',
  columnOf,
]

/** @returns false where the app has a live subscription to the service already. */
export async function insertSubscription(trx: Knex, row: SubscriptionRow): Promise<boolean> {
  const rows = await trx('subscriptions')
    .insert({ ...toColumns(row), scopes: row.scopes === null ? null : JSON.stringify(row.scopes) })
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

/** As `lockSubscription`, of many, but who finds one locked goes on without: another node is at it. */
export async function lockIdleSubscriptions(
  trx: Knex.Transaction,
  ids: readonly string[],
): Promise<SubscriptionRow[]> {
  const rows = await trx('subscriptions')
    .whereIn('id', [...ids])
    .orderBy('id')
    .forUpdate()
    .skipLocked()
    .select(columns)
  return rows.map(fromColumns)
}

export async function findSubscription(
  knex: Knex,
  id: string,
): Promise<SubscriptionRow | undefined> {
  return read(knex('subscriptions').where({ id }))
}

/** @param tenant whose apps have them */
export async function listSubscriptions(
  knex: Knex,
  tenant: string,
  page: Page,
): Promise<SubscriptionRow[]> {
  return paged(knex('subscriptions').where({ tenant }), page)
}

/**
 * What waits for the word of an owner.
 * @param ownerTenant whose services; undefined: of all
 */
export async function listRequests(
  knex: Knex,
  ownerTenant: string | undefined,
  page: Page,
): Promise<SubscriptionRow[]> {
  const query = knex('subscriptions').whereRaw("(state = 'requested' or wanted_plan is not null)")
  if (ownerTenant !== undefined) {
    query.whereRaw('(service, major) in (select id, major from services where owner_tenant = ?)', [
      ownerTenant,
    ])
  }
  return paged(query, page)
}

async function paged(query: Knex.QueryBuilder, page: Page): Promise<SubscriptionRow[]> {
  query.select(columns).orderBy('id').limit(page.limit)
  const rows = await (page.cursor === undefined ? query : query.where('id', '>', page.cursor))
  return rows.map(fromColumns)
}

export async function updateSubscription(
  trx: Knex,
  id: string,
  change: SubscriptionChange,
): Promise<void> {
  await trx('subscriptions')
    .where({ id })
    .update({
      ...toColumns(change),
      revision: trx.raw('revision + 1'),
      updated_at: trx.fn.now(),
    })
}

/** The last notice is no change that an admin's `If-Match` should meet. */
export async function setNoticed(trx: Knex, id: string, noticedDays: number): Promise<void> {
  await trx('subscriptions').where({ id }).update({ noticed_days: noticedDays })
}

/**
 * Whose end came, or came so near that a notice may be due.
 * @param now milliseconds since the epoch
 */
export async function listEnding(
  knex: Knex,
  now: number,
  limit: number,
): Promise<{ id: string; isOver: boolean }[]> {
  const due = noticeDays.map(
    (days) => `(expires_at <= at + interval '${days} days'
      and coalesce(noticed_days, 1000) > ${days})`,
  )
  const { rows } = await knex.raw<{ rows: { id: string; isOver: boolean }[] }>(
    `select id, expires_at <= at as "isOver" from subscriptions, (select to_timestamp(?::double precision / 1000) as at) as clock
      where expires_at is not null and state in ('active', 'suspended')
        and (expires_at <= at or ${due.join(' or ')})
      order by expires_at limit ?`,
    [now, limit],
  )
  return rows
}

/** @returns the live ones of a plan, whatever version of it they have; locked until the transaction ends */
export async function lockOfPlan(
  trx: Knex.Transaction,
  plan: { readonly service: string; readonly major: number; readonly plan: string },
): Promise<{ id: string; tenant: string }[]> {
  return trx('subscriptions')
    .where(plan)
    .whereNotIn('state', endStates)
    .orderBy('id')
    .forUpdate()
    .select('id', 'tenant')
}

/** Many at once, of a plan that is changed for them. */
export async function updateSubscriptions(
  trx: Knex,
  ids: readonly string[],
  change: SubscriptionChange,
): Promise<void> {
  await trx('subscriptions')
    .whereRaw('id = any(?::text[])', [[...ids]])
    .update({
      ...toColumns(change),
      revision: trx.raw('revision + 1'),
      updated_at: trx.fn.now(),
    })
}

/** Who is told of a change of the service: tenants by their apps with a live subscription. */
export async function listSubscribers(
  trx: Knex,
  service: string,
  major: number,
): Promise<{ tenant: string; apps: string[] }[]> {
  return trx('subscriptions')
    .where({ service, major })
    .whereNotIn('state', endStates)
    .groupBy('tenant')
    .orderBy('tenant')
    .select('tenant', trx.raw('array_agg(distinct app order by app) as apps'))
}

function toColumns(values: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      Object.hasOwn(columnOf, name) ? columnOf[name as keyof typeof columnOf] : name,
      value,
    ]),
  )
}

async function read(query: Knex.QueryBuilder): Promise<SubscriptionRow | undefined> {
  const row = await query.first(columns)
  return row === undefined ? undefined : fromColumns(row)
}

type StoredRow = Omit<SubscriptionRow, 'expiresAt'> & { readonly expiresAt: Date | null }

function fromColumns(row: StoredRow): SubscriptionRow {
  return { ...row, expiresAt: row.expiresAt?.toISOString() ?? null }
}
