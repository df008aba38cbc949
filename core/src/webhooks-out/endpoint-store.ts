import type { Knex } from 'knex'
import type { Sealed } from '../sealing/sealer.ts'
import type { EndpointHealth } from './endpoint-circuit.ts'
import type { EndpointState } from './endpoint-states.ts'

/** Where a tenant, or the operator, wants events to be sent. */
export interface Endpoint {
  readonly id: string
  /** Null: the operator's. */
  readonly tenant: string | null
  readonly app: string | null
  readonly url: string
  readonly types: readonly string[]
  /** Null: events of all keys, and of none. */
  readonly keys: readonly string[] | null
  readonly description: string
  readonly state: EndpointState
  readonly disabledFor: string | null
  readonly health: EndpointHealth
  readonly createdBy: string
  readonly createdAt: Date
  readonly changedAt: Date
}

/** What requests to it are signed with. */
export interface EndpointSecrets {
  readonly current: Sealed
  readonly previous: (Sealed & { readonly until: Date }) | null
}

export async function insertEndpoint(
  trx: Knex,
  endpoint: Omit<Endpoint, 'health' | 'disabledFor' | 'changedAt'> & { readonly secret: Sealed },
): Promise<void> {
  const { id, tenant, app, url, types, keys, description, state, secret } = endpoint
  await trx('webhook_endpoints').insert({
    id,
    tenant,
    app,
    url,
    types: JSON.stringify(types),
    keys: keys === null ? null : JSON.stringify(keys),
    description,
    state,
    sealed: secret.sealed,
    data_key: secret.dataKey,
    created_by: endpoint.createdBy,
    created_at: endpoint.createdAt,
    changed_at: endpoint.createdAt,
  })
}

export async function findEndpoint(knex: Knex, id: string): Promise<Endpoint | undefined> {
  const row = await knex('webhook_endpoints').where({ id }).first(columns)
  return row === undefined ? undefined : endpointOf(row)
}

/** Locked until the transaction ends. */
export async function lockEndpoint(
  trx: Knex.Transaction,
  id: string,
): Promise<Endpoint | undefined> {
  const row = await trx('webhook_endpoints').where({ id }).forUpdate().first(columns)
  return row === undefined ? undefined : endpointOf(row)
}

/** @param tenant null: the operator's own */
export async function listEndpoints(
  knex: Knex,
  tenant: string | null,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Endpoint[]> {
  const query = knex('webhook_endpoints')
    .where({ tenant })
    .select(columns)
    .orderBy('id')
    .limit(limit)
  if (cursor !== undefined) query.where('id', '>', cursor)
  return (await query).map(endpointOf)
}

/** Until the transaction ends nobody else counts those of the tenant: what is made upon it holds. */
export async function countEndpoints(
  trx: Knex.Transaction,
  tenant: string | null,
): Promise<number> {
  await trx.raw("select pg_advisory_xact_lock(hashtextextended('webhooks ' || ?, 0))", [
    tenant ?? '',
  ])
  const row = await trx('webhook_endpoints').where({ tenant }).count({ n: '*' }).first()
  return Number(row?.['n'] ?? 0)
}

/** Those that events may be queued for: of the operator and of these tenants, or of all. */
export async function listHearing(
  knex: Knex,
  tenants: readonly string[] | null,
): Promise<Endpoint[]> {
  const query = knex('webhook_endpoints').whereNot({ state: 'disabled' }).select(columns)
  if (tenants !== null) {
    query.where((of) => {
      of.whereIn('tenant', tenants).orWhereNull('tenant')
    })
  }
  return (await query.orderBy('id')).map(endpointOf)
}

export interface EndpointChanges {
  readonly url?: string
  readonly types?: readonly string[]
  readonly keys?: readonly string[] | null
  readonly description?: string
}

/** Another address begins with a clean record: what the old one did says nothing of it. */
export async function changeEndpoint(
  trx: Knex,
  id: string,
  { url, types, keys, description }: EndpointChanges,
  at: Date,
): Promise<void> {
  await trx('webhook_endpoints')
    .where({ id })
    .update({
      changed_at: at,
      ...(url === undefined ? {} : { url, ...cleanRecord }),
      ...(description === undefined ? {} : { description }),
      ...(types === undefined ? {} : { types: JSON.stringify(types) }),
      ...(keys === undefined ? {} : { keys: keys === null ? null : JSON.stringify(keys) }),
    })
}

/** With a clean record: whoever pauses or mends it begins anew. */
export async function setEndpointState(
  trx: Knex,
  id: string,
  state: EndpointState,
  { reason, at }: { readonly reason: string | null; readonly at: Date },
): Promise<void> {
  await trx('webhook_endpoints')
    .where({ id })
    .update({
      state,
      disabled_for: reason,
      changed_at: at,
      ...cleanRecord,
    })
}

const cleanRecord = { failures: 0, failing_since: null, rest_until: null }

export async function setHealth(trx: Knex, id: string, health: EndpointHealth): Promise<void> {
  const date = (ms: number | null) => (ms === null ? null : new Date(ms))
  await trx('webhook_endpoints')
    .where({ id })
    .update({
      failures: health.failures,
      failing_since: date(health.failingSince),
      rest_until: date(health.restUntil),
    })
}

/** The secret until now stays in force until then. */
export async function putSecret(
  trx: Knex,
  id: string,
  secret: Sealed,
  { until, at }: { readonly until: Date; readonly at: Date },
): Promise<void> {
  await trx('webhook_endpoints')
    .where({ id })
    .update({
      previous_sealed: trx.ref('sealed'),
      previous_data_key: trx.ref('data_key'),
      previous_until: until,
      sealed: secret.sealed,
      data_key: secret.dataKey,
      changed_at: at,
    })
}

export async function deleteEndpoint(trx: Knex, id: string): Promise<void> {
  await trx('webhook_endpoints').where({ id }).delete()
}

const columns = [
  'id',
  'tenant',
  'app',
  'url',
  'types',
  'keys',
  'description',
  'state',
  'disabled_for',
  'failures',
  'failing_since',
  'rest_until',
  'created_by',
  'created_at',
  'changed_at',
]

interface EndpointRow extends Pick<Endpoint, 'id' | 'tenant' | 'app' | 'url' | 'types' | 'keys'> {
  readonly description: string
  readonly state: EndpointState
  readonly disabled_for: string | null
  readonly failures: number
  readonly failing_since: Date | null
  readonly rest_until: Date | null
  readonly created_by: string
  readonly created_at: Date
  readonly changed_at: Date
}

function endpointOf(row: EndpointRow): Endpoint {
  const { id, tenant, app, url, types, keys, description, state } = row
  return {
    ...{ id, tenant, app, url, types, keys, description, state },
    disabledFor: row.disabled_for,
    health: {
      failures: row.failures,
      failingSince: row.failing_since?.getTime() ?? null,
      restUntil: row.rest_until?.getTime() ?? null,
    },
    createdBy: row.created_by,
    createdAt: row.created_at,
    changedAt: row.changed_at,
  }
}
