import type { Knex } from 'knex'
import type { OutDeliveryState } from './delivery-states.ts'

/** What became of an event for one endpoint, for who looks at it. */
export interface ListedDelivery {
  readonly id: string
  readonly message: string
  readonly type: string
  readonly key: string | null
  readonly state: OutDeliveryState
  readonly attempts: number
  /** The last try: its status, what it failed by, the beginning of the answer, how long it took and when. */
  readonly last: {
    readonly status: number | null
    readonly code: string | null
    readonly answer: string | null
    readonly ms: number | null
    readonly at: string | null
  }
  readonly createdAt: string
  /** Null: it is over. */
  readonly nextAt: string | null
}

export interface DeliveryFilter {
  readonly state?: OutDeliveryState | undefined
  readonly type?: string | undefined
  readonly key?: string | undefined
  readonly since?: Date | undefined
  readonly until?: Date | undefined
  readonly before?: string | undefined
  readonly limit: number
}

/** Newest first, without what the events say. */
export async function listDeliveries(
  knex: Knex,
  endpoint: string,
  filter: DeliveryFilter,
): Promise<ListedDelivery[]> {
  const { state, type, key, since, until, before, limit } = filter
  const query = knex('webhook_deliveries').where({ endpoint }).select(columns)
  if (state !== undefined) query.where({ state })
  if (type !== undefined) query.where({ type })
  if (key !== undefined) query.where({ key })
  if (since !== undefined) query.where('created_at', '>=', since)
  if (until !== undefined) query.where('created_at', '<', until)
  if (before !== undefined) query.where('id', '<', before)
  const rows: DeliveryRow[] = await query.orderBy('id', 'desc').limit(limit)
  return rows.map(listed)
}

/** @returns with the event as JSON text; null where it is not there any more */
export async function findDelivery(
  knex: Knex,
  endpoint: string,
  id: string,
): Promise<{ readonly delivery: ListedDelivery; readonly event: string | null } | undefined> {
  const row = await knex('webhook_deliveries as d')
    .leftJoin('events as e', 'e.sequence', 'd.event')
    .where({ 'd.endpoint': endpoint, 'd.id': id })
    .select(columns.map((name) => `d.${name}`))
    .select(knex.raw('coalesce(d.body, e.event) as event'))
    .first()
  return row === undefined ? undefined : { delivery: listed(row), event: row.event }
}

/** With all its tries, in its old place in the line. @returns false: there is none that is over */
export async function replayDelivery(
  trx: Knex,
  endpoint: string,
  id: string,
  now: number,
): Promise<boolean> {
  const changed = await trx('webhook_deliveries')
    .where({ endpoint, id })
    .whereNot({ state: 'waiting' })
    .update({
      ...{ state: 'waiting', attempts: 0, ended_at: null },
      ...{ due_at: new Date(now), replayed_at: new Date(now) },
    })
  return changed === 1
}

export interface ReplayRange {
  readonly since: Date
  readonly until: Date
  readonly states: readonly OutDeliveryState[]
  /** Only behind this delivery: what was replayed may be over again, and would be found again. */
  readonly after?: string | undefined
  readonly limit: number
}

export interface Replayed {
  readonly replayed: number
  /** The last of them. */
  readonly last: string | undefined
}

/** The oldest of them first, as many as the limit. */
export async function replayRange(
  trx: Knex,
  endpoint: string,
  { since, until, states, after = '0', limit }: ReplayRange,
  now: number,
): Promise<Replayed> {
  const at = new Date(now)
  const { rows } = await trx.raw<{ rows: { replayed: number; last: string | null }[] }>(
    `with again as (
       update webhook_deliveries
          set state = 'waiting', attempts = 0, due_at = ?, replayed_at = ?, ended_at = null
        where id in (
          select id from webhook_deliveries
           where endpoint = ? and id > ? and state = any (?::text[]) and state <> 'waiting'
             and created_at >= ? and created_at < ?
           order by id limit ? for update)
       returning id)
     select count(*)::int as replayed, max(id) as last from again`,
    [at, at, endpoint, after, [...states], since, until, limit],
  )
  const [{ replayed, last } = { replayed: 0, last: null }] = rows
  return { replayed, last: last ?? undefined }
}

export interface Bite {
  readonly state: 'delivered' | 'dead'
  readonly before: Date
  readonly limit: number
}

/** What is over and older. @returns how many, at most the limit */
export async function deleteOver(knex: Knex, { state, before, limit }: Bite): Promise<number> {
  const { rowCount } = await knex.raw(
    `delete from webhook_deliveries where id in (
       select id from webhook_deliveries where state = ? and state <> 'waiting' and ended_at < ?
        order by ended_at limit ?)`,
    [state, before, limit],
  )
  return rowCount
}

/** What is left of endpoints that are gone; from one endpoint to the next in the index, however much they have. */
export async function deleteOrphans(knex: Knex, limit: number): Promise<number> {
  const { rowCount } = await knex.raw(
    `with recursive named as (
       (select endpoint from webhook_deliveries order by endpoint limit 1)
       union all
       select next.endpoint from named n cross join lateral (
         select endpoint from webhook_deliveries where endpoint > n.endpoint order by endpoint limit 1) next
     ),
     gone as materialized (
       select endpoint from named n
        where not exists (select from webhook_endpoints p where p.id = n.endpoint)
     )
     delete from webhook_deliveries where id in (
       select d.id from gone g join webhook_deliveries d on d.endpoint = g.endpoint limit ?)`,
    [limit],
  )
  return rowCount
}

/**
 * What waited for longer, as in a line that was paused and forgotten, is dead: since it was put into its line, and since it
 * was tried. @returns how many, at most the limit
 */
export async function expireWaiting(
  knex: Knex,
  before: Date,
  { now, limit }: { readonly now: number; readonly limit: number },
): Promise<number> {
  const { rowCount } = await knex.raw(
    `update webhook_deliveries set state = 'dead', last_code = 'expired', ended_at = ?
      where id in (
        select id from webhook_deliveries
         where state = 'waiting' and coalesce(replayed_at, created_at) < ? and (attempts = 0 or last_at < ?)
         order by id limit ? for update skip locked)`,
    [new Date(now), before, before, limit],
  )
  return rowCount
}

const columns = [
  ...['id', 'message', 'type', 'key', 'state', 'attempts', 'due_at', 'created_at'],
  ...['last_status', 'last_code', 'last_answer', 'last_ms', 'last_at'],
]

interface DeliveryRow extends Pick<ListedDelivery, 'id' | 'message' | 'type' | 'key' | 'state'> {
  readonly attempts: number
  readonly due_at: Date
  readonly created_at: Date
  readonly last_status: number | null
  readonly last_code: string | null
  readonly last_answer: string | null
  readonly last_ms: number | null
  readonly last_at: Date | null
}

function listed(row: DeliveryRow): ListedDelivery {
  const { id, message, type, key, state, attempts } = row
  return {
    ...{ id, message, type, key, state, attempts },
    last: {
      status: row.last_status,
      code: row.last_code,
      answer: row.last_answer,
      ms: row.last_ms,
      at: row.last_at?.toISOString() ?? null,
    },
    createdAt: row.created_at.toISOString(),
    nextAt: state === 'waiting' ? row.due_at.toISOString() : null,
  }
}
