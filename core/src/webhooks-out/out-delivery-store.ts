import type { Knex } from 'knex'
import type { Sealed } from '../sealing/sealer.ts'
import { type DueQuestion, msUntil } from '../storage/due-watch.ts'
import type { AttemptVerdict } from './attempt-verdict.ts'
import { PROBE_FROM } from './endpoint-circuit.ts'
import type { EndpointSecrets } from './endpoint-store.ts'

/** An event that goes to one endpoint. */
export interface NewDelivery {
  readonly endpoint: string
  readonly tenant: string | null
  /** `webhook-id`. */
  readonly message: string
  /** Of the event log; null: `body` has the event. */
  readonly event: string | null
  readonly body: string | null
  readonly type: string
  /** Of an endpoint, events of one key go one after the other; null: in no order. */
  readonly key: string | null
}

const LINE_FULL = 'line full'

/**
 * Given numbers in the order in which they stand here.
 * @param full endpoints whose line is full: what is for them is dead, and can be replayed
 * @returns the number of the last
 */
export async function insertDeliveries(
  trx: Knex,
  deliveries: readonly NewDelivery[],
  at: Date,
  full: ReadonlySet<string> = new Set(),
): Promise<string | undefined> {
  if (deliveries.length === 0) return undefined
  // knex's types know no list that holds null; PostgreSQL takes it.
  const column = (of: (one: NewDelivery) => string | null) => deliveries.map(of) as string[]
  const { rows } = await trx.raw<{ rows: { id: string }[] }>(
    `with said as (
       select * from unnest(?::text[], ?::text[], ?::text[], ?::bigint[], ?::text[], ?::text[], ?::text[])
         with ordinality as s (endpoint, tenant, message, event, body, type, key, n)
     ), made as (
       insert into webhook_deliveries
         (endpoint, tenant, message, event, body, type, key, state, last_code, ended_at, due_at, created_at)
       select endpoint, tenant, message, event, body, type, key,
              case when is_full then 'dead' else 'waiting' end, case when is_full then ? end,
              case when is_full then ?::timestamptz end, ?, ?
         from said cross join lateral (select endpoint = any (?::text[]) as is_full) f order by n
       returning id
     )
     select max(id) as id from made`,
    [
      column(({ endpoint }) => endpoint),
      column(({ tenant }) => tenant),
      column(({ message }) => message),
      column(({ event }) => event),
      column(({ body }) => body),
      column(({ type }) => type),
      column(({ key }) => key),
      ...[LINE_FULL, at, at, at, [...full]],
    ],
  )
  return rows[0]?.id
}

/** A delivery that this node has taken, until its lease ends, with what is needed to send it. */
export interface TakenDelivery {
  readonly id: string
  readonly fence: string
  readonly endpoint: string
  readonly tenant: string | null
  readonly app: string | null
  readonly url: string
  readonly message: string
  readonly type: string
  readonly key: string | null
  /** Null: the event is not there any more. */
  readonly body: string | null
  /** Of a plugin or an app: who may hear it is looked at again before it is sent. */
  readonly isLogged: boolean
  /** So far. */
  readonly attempts: number
  /** Whether tries to the endpoint failed before this one. */
  readonly isFailing: boolean
  readonly secrets: EndpointSecrets
}

/** The next delivery to any endpoint, or the end of its rest; one that another of its key is before counts too. */
export const dueDelivery: DueQuestion = {
  sql: `with recursive lines as (
       (select endpoint, due_at from webhook_deliveries where state = 'waiting' order by endpoint, due_at limit 1)
       union all
       select next.endpoint, next.due_at from lines l cross join lateral (
         select endpoint, due_at from webhook_deliveries where state = 'waiting' and endpoint > l.endpoint
          order by endpoint, due_at limit 1) next
     )
     select ${msUntil('min(greatest(l.due_at, p.rest_until))')}
       from lines l join webhook_endpoints p on p.id = l.endpoint and p.state = 'enabled'`,
}

/** How much this node sends to each endpoint right now. */
export interface EndpointLoad {
  readonly endpoint: string
  readonly running: number
}

export interface TakeLimits {
  readonly now: number
  readonly leaseMs: number
  readonly perEndpoint: number
  readonly total: number
}

/**
 * Takes what is due, for every endpoint its share: one that is slow, or has a long line, holds no other up.
 *
 * Of a key only the first that is not over may be taken; as long as it waits for its next try, or is with some node,
 * those behind it wait. An endpoint that rests gets nothing, one that failed often one try at a time. Endpoints are
 * found by jumping from one to the next in the index, however long their lines are.
 */
export async function takeDeliveries(
  knex: Knex,
  loads: readonly EndpointLoad[],
  { now, leaseMs, perEndpoint, total }: TakeLimits,
): Promise<readonly TakenDelivery[]> {
  const at = new Date(now)
  const { rows } = await knex.raw<{ rows: TakenRow[] }>(
    `with recursive lines as (
       (select endpoint from webhook_deliveries where state = 'waiting' order by endpoint limit 1)
       union all
       select next.endpoint from lines l cross join lateral (
         select endpoint from webhook_deliveries where state = 'waiting' and endpoint > l.endpoint
          order by endpoint limit 1) next
     ),
     loads as (select * from unnest(?::text[], ?::int[]) as l (endpoint, running)),
     heads as materialized (
       select d.id from lines i
         join webhook_endpoints p on p.id = i.endpoint and p.state = 'enabled'
          and (p.rest_until is null or p.rest_until <= ?)
         left join loads l on l.endpoint = i.endpoint
        cross join lateral (
         select w.id, w.due_at from webhook_deliveries w
          where w.state = 'waiting' and w.endpoint = i.endpoint and w.due_at <= ?
            and (w.key is null or not exists (
              select from webhook_deliveries e
               where e.state = 'waiting' and e.endpoint = w.endpoint and e.key = w.key and e.id < w.id))
          order by w.due_at, w.id
          limit greatest(0, case when p.failures >= ? then 1 else ? end - coalesce(l.running, 0))
          for update of w skip locked) d
       order by d.due_at, d.id limit ?
     ),
     taken as (
       update webhook_deliveries d set due_at = ?, fence = d.fence + 1
        where d.id = any (array(select id from heads)) and d.state = 'waiting'
       returning d.*
     )
     select d.id, d.fence, d.endpoint, d.tenant, p.app, p.url, d.message, d.type, d.key,
            coalesce(d.body, e.event) as body, d.event is not null as "isLogged", d.attempts, p.failures,
            p.sealed, p.data_key, p.previous_sealed, p.previous_data_key, p.previous_until
       from taken d join webhook_endpoints p on p.id = d.endpoint left join events e on e.sequence = d.event
      order by d.id`,
    [
      loads.map(({ endpoint }) => endpoint),
      loads.map(({ running }) => running),
      at,
      at,
      PROBE_FROM,
      perEndpoint,
      total,
      new Date(now + leaseMs),
    ],
  )
  return rows.map(takenOf)
}

interface TakenRow extends Omit<TakenDelivery, 'isFailing' | 'secrets'> {
  readonly failures: number
  readonly sealed: Buffer
  readonly data_key: string
  readonly previous_sealed: Buffer | null
  readonly previous_data_key: string | null
  readonly previous_until: Date | null
}

function takenOf(row: TakenRow): TakenDelivery {
  const { failures, sealed, data_key, previous_sealed, previous_data_key, previous_until } = row
  const { id, fence, endpoint, tenant, app, url, message, type, key, body, isLogged, attempts } =
    row
  const previous =
    previous_sealed === null
      ? null
      : {
          sealed: previous_sealed,
          dataKey: previous_data_key as string,
          until: previous_until as Date,
        }
  const current: Sealed = { sealed, dataKey: data_key }
  return {
    ...{ id, fence, endpoint, tenant, app, url, message, type, key, body, isLogged, attempts },
    isFailing: failures > 0,
    secrets: { current, previous },
  }
}

export interface EndedTry {
  readonly verdict: AttemptVerdict
  readonly answer: string
  readonly ms: number
}

/**
 * Writes down how a try ended, and makes the next of its key due. The lease ends with it: a renewal that was under way
 * would make the next try due before its time.
 * @returns false: its lease was over, and the delivery is somebody else's
 */
export async function endTry(
  trx: Knex,
  { id, fence }: Pick<TakenDelivery, 'id' | 'fence'>,
  { verdict, answer, ms }: EndedTry,
  now: number,
): Promise<boolean> {
  const at = new Date(now)
  const isOver = verdict.state !== 'waiting'
  const { rowCount } = await trx.raw(
    `with ended as (
       update webhook_deliveries d
          set state = ?, attempts = d.attempts + 1, fence = d.fence + 1, due_at = ?, last_status = ?, last_code = ?, last_answer = ?,
              last_ms = ?, last_at = ?, ended_at = ?
        where d.id = ? and d.fence = ? and d.state = 'waiting'
       returning d.id, d.endpoint, d.key, d.state
     ),
     next as (
       select n.id from ended e cross join lateral (
         select w.id from webhook_deliveries w
          where w.state = 'waiting' and w.endpoint = e.endpoint and w.key = e.key and w.id > e.id
          order by w.id limit 1) n
        where e.state <> 'waiting' and e.key is not null
     ),
     woken as (update webhook_deliveries d set due_at = ? from next where d.id = next.id and d.due_at > ?)
     select from ended`,
    [
      ...[verdict.state, new Date(now + verdict.waitMs), verdict.status as number],
      ...[verdict.code as string, answer, ms, at, (isOver ? at : null) as Date, id, fence, at, at],
    ],
  )
  return rowCount === 1
}

/** Moves the ends of leases that this node still holds. */
export async function renewLeases(
  knex: Knex,
  taken: readonly Pick<TakenDelivery, 'id' | 'fence'>[],
  { now, leaseMs }: { readonly now: number; readonly leaseMs: number },
): Promise<void> {
  if (taken.length === 0) return
  await knex.raw(
    // In the order in which others lock several of them.
    `update webhook_deliveries set due_at = ?
      where id in (
        select d.id from webhook_deliveries d join unnest(?::bigint[], ?::bigint[]) as held (id, fence)
            on d.id = held.id and d.fence = held.fence
         where d.state = 'waiting' order by d.id for update of d)`,
    [new Date(now + leaseMs), taken.map(({ id }) => id), taken.map(({ fence }) => fence)],
  )
}

/** Fewer are looked over by each take without being felt. */
const PARK_FROM = 200
const PARK_AT_ONCE = 2000
const PARKED_MS = 60_000

/**
 * Puts those away that are due but behind another of their key, where they are many: a take would look at each of them
 * every time. They come back when the one before is over, or a minute later. See events/delivery-store.ts for why it
 * takes two statements.
 */
export async function parkBlocked(knex: Knex, now: number, from = PARK_FROM): Promise<number> {
  return knex.transaction(async (trx) => {
    const { rows } = await trx.raw<{ rows: { id: string }[] }>(
      `select w.id from webhook_deliveries w
        where w.state = 'waiting' and w.due_at <= ? and w.key is not null and exists (
          select from webhook_deliveries e where e.state = 'waiting' and e.endpoint = w.endpoint
             and e.key = w.key and e.id < w.id)
        order by w.id limit ? for update of w skip locked`,
      [new Date(now), PARK_AT_ONCE],
    )
    if (rows.length < from) return 0
    const { rowCount } = await trx.raw(
      `update webhook_deliveries w set due_at = ?
        where w.id = any (?::bigint[]) and exists (
          select from webhook_deliveries e where e.state = 'waiting' and e.endpoint = w.endpoint
             and e.key = w.key and e.id < w.id)`,
      [new Date(now + PARKED_MS), rows.map(({ id }) => id)],
    )
    return rowCount
  })
}

/** What waits for an endpoint that was disabled is dead, until somebody replays it. */
export async function withdrawWaiting(
  trx: Knex,
  endpoint: string,
  { code, now }: { readonly code: string; readonly now: number },
): Promise<number> {
  const { rowCount } = await trx.raw(
    `update webhook_deliveries set state = 'dead', last_code = ?, ended_at = ?
      where id in (
        select id from webhook_deliveries where endpoint = ? and state = 'waiting' order by id for update)`,
    [code, new Date(now), endpoint],
  )
  return rowCount
}

/** Of one endpoint; at 4 KiB an event 400 MB. Beyond it what comes is dead at once, to be replayed. */
export const MAX_WAITING = 100_000

/** @returns those of the endpoints for which so many wait already */
export async function fullLines(
  trx: Knex,
  endpoints: readonly string[],
  limit = MAX_WAITING,
): Promise<ReadonlySet<string>> {
  const { rows } = await trx.raw<{ rows: { endpoint: string }[] }>(
    `select i.endpoint from unnest(?::text[]) as i (endpoint) where exists (
       select from webhook_deliveries where endpoint = i.endpoint and state = 'waiting' offset ? limit 1)`,
    [endpoints as string[], limit - 1],
  )
  return new Set(rows.map(({ endpoint }) => endpoint))
}

/** How many wait to be sent, and how long the oldest of them has been due; of 10,000 at most. */
export async function readWaitingBacklog(
  knex: Knex,
): Promise<{ readonly items: number; readonly seconds: number }> {
  const { rows } = await knex.raw(
    `select count(*)::int as items,
            coalesce(greatest(0, extract(epoch from clock_timestamp() - min(due_at))), 0)::float8 as seconds
       from (select due_at from webhook_deliveries where state = 'waiting' limit 10000) w`,
  )
  return rows[0]
}
