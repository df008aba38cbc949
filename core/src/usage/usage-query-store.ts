import type { Knex } from 'knex'
import type { UnitPlace } from './usage-cursor.ts'

/** What usage is told apart by; each is a column or a part of the time. */
export const usageKeys = {
  hour: `to_char(hour at time zone 'UTC', 'YYYY-MM-DD"T"HH24:00:00"Z"')`,
  day: `to_char(hour at time zone 'UTC', 'YYYY-MM-DD')`,
  month: `to_char(hour at time zone 'UTC', 'YYYY-MM')`,
  subscription: 'subscription',
  app: 'app',
  service: `service || '@' || major`,
  operation: 'operation',
  version: 'version',
  status: 'status_class',
} as const

export type UsageKey = keyof typeof usageKeys

export interface UsageFilter {
  readonly tenant?: string | undefined
  readonly subscription?: string | undefined
  readonly service?: string | undefined
  /** Times in UTC: from the first on, before the second. */
  readonly from: string
  readonly to: string
  readonly by: UsageKey
  /** By the key, byte for byte, which holds while counts are written; or the largest number of calls first. Default: key. */
  readonly order?: 'key' | 'calls'
  readonly limit: number
}

export interface UsageRow {
  readonly key: string
  readonly calls: string
  readonly bytesIn: string
  readonly bytesOut: string
  /** CPU of guests, in milliseconds with three places. */
  readonly cpuMs: string
}

/** Of a page: only what stands behind this, in the order of keys. */
export interface Behind<Place> {
  readonly after?: Place | null
}

/** Sums. Numbers as text: they are exact beyond a double. */
export async function sumUsage(
  knex: Knex,
  filter: UsageFilter & Behind<string>,
): Promise<readonly UsageRow[]> {
  const { by, order = 'key', limit, after = null } = filter
  const key = bytewise(usageKeys[by])
  const query = where(knex('usage_hours'), filter)
    .select(knex.raw(`${key} as key`))
    .select(
      knex.raw(
        `sum(calls)::text as calls, sum(bytes_in)::text as "bytesIn", sum(bytes_out)::text as "bytesOut",
         round(sum(cpu_us) / 1000, 3)::text as "cpuMs"`,
      ),
    )
    .groupByRaw('1')
    .limit(limit)
  if (after !== null) query.whereRaw(`${key} > ?`, [after])
  return query.orderByRaw(order === 'key' ? '1' : 'sum(calls) desc, 1')
}

export interface UnitRow {
  /** As of the calls; of what is by the month, its first hour. */
  readonly key: string
  readonly service: string
  readonly operation: string
  readonly unit: string
  readonly units: string
}

export async function sumUnits(
  knex: Knex,
  filter: UsageFilter & Behind<UnitPlace>,
): Promise<readonly UnitRow[]> {
  // Only what was answered has any.
  const key = filter.by === 'status' ? "'2xx'::text" : usageKeys[filter.by]
  const named = [key, usageKeys.service, 'operation', 'unit'].map(bytewise)
  const names = ['key', 'service', 'operation', 'unit']
  const query = where(knex('usage_units'), filter)
  if (filter.after) query.whereRaw(`(${named.join(', ')}) > (?, ?, ?, ?)`, [...filter.after])
  return query
    .select(knex.raw(named.map((one, at) => `${one} as ${names[at]}`).join(', ')))
    .select(knex.raw('sum(units)::text as units'))
    .groupByRaw('1, 2, 3, 4')
    .orderByRaw('1, 2, 3, 4')
    .limit(filter.limit)
}

/** Whatever the language of the database is. */
function bytewise(expression: string): string {
  return `(${expression}) collate "C"`
}

function where(query: Knex.QueryBuilder, filter: UsageFilter): Knex.QueryBuilder {
  const { tenant, subscription, service, from, to } = filter
  query.where('hour', '>=', from).where('hour', '<', to)
  if (tenant !== undefined) query.where({ tenant })
  if (subscription !== undefined) query.where({ subscription })
  if (service !== undefined) query.where({ service })
  return query
}

/** A time in which a node may have lost calls that have no price: those since its last mark, at most a second's in health. */
export interface UsageGap {
  readonly node: string
  readonly from: string
  readonly to: string
}

const iso = (column: string) =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

export async function listGaps(
  knex: Knex,
  { from, to }: { from: string; to: string },
): Promise<readonly UsageGap[]> {
  const { rows } = await knex.raw(
    `select node, ${iso('marked_at')} as from, ${iso('found_at')} as to from usage_nodes
      where ended = 'lost' and marked_at < ? and found_at >= ? order by marked_at, node limit 1000`,
    [to, from],
  )
  return rows
}

/** Nodes that were found lost in the last so many hours, each with calls that may be missing. */
export async function countGaps(knex: Knex, hours: number): Promise<number> {
  const { rows } = await knex.raw(
    `select count(*)::int as gaps from usage_nodes
      where ended = 'lost' and found_at > now() - ? * interval '1 hour'`,
    [hours],
  )
  return rows[0].gaps
}

/**
 * Priced calls that were reserved by a node that was lost: so many, at most, were answered and not counted. As a gap they
 * are told of all times between which they lie, so that one that is found after a month was closed is in the next.
 */
export interface UnknownCalls {
  readonly subscription: string
  readonly service: string
  readonly price: string
  readonly atMost: string
}

export async function sumUnknown(
  knex: Knex,
  { tenant, subscription, from, to }: Pick<UsageFilter, 'tenant' | 'subscription' | 'from' | 'to'>,
): Promise<readonly UnknownCalls[]> {
  const query = knex('usage_leases')
    .where('unknown', '>', 0)
    .where('settled_at', '>=', from)
    .where('opened_at', '<', to)
    .select('subscription', knex.raw(`service || '@' || major as service`), 'price')
    .select(knex.raw('sum(unknown)::text as "atMost"'))
    .groupByRaw('1, 2, 3')
    .orderByRaw('1, 2, 3')
    .limit(1000)
  if (tenant !== undefined) query.where({ tenant })
  if (subscription !== undefined) query.where({ subscription })
  return query
}

/** Who would notice that an operation changes. */

export interface UsedOperation {
  readonly operation: string
  readonly calls: number
  /** In UTC, as 2026-06-01. */
  readonly lastDay: string
}

/** What subscriptions called since then, the most used operation first: those that a change of it may break. */
export async function usesOf(
  knex: Knex,
  subscriptions: readonly string[],
  since: Date,
): Promise<ReadonlyMap<string, readonly UsedOperation[]>> {
  const rows: (UsedOperation & { subscription: string })[] = await knex('usage_hours')
    .whereIn('subscription', [...subscriptions])
    .where('hour', '>=', since)
    .whereNot('operation', 'unknown')
    .groupBy('subscription', 'operation')
    .select('subscription', 'operation')
    .select(
      knex.raw('sum(calls)::double precision as calls'),
      knex.raw(`to_char(max(hour) at time zone 'UTC', 'YYYY-MM-DD') as "lastDay"`),
    )
    .orderBy([{ column: 'calls', order: 'desc' }, { column: 'operation' }])
  const uses = new Map<string, UsedOperation[]>()
  for (const { subscription, ...use } of rows) {
    uses.set(subscription, [...(uses.get(subscription) ?? []), use])
  }
  return uses
}
