import { CONTRIBUTIONS_CHANGED } from '@signalbox/sdk/change-event'
import type { Knex } from 'knex'
import { coreErrors } from '../errors.ts'
import { type DueQuestion, msUntil } from '../storage/due-watch.ts'
import type { DeliveryVerdict } from './delivery-verdict.ts'

/** A delivery that this node has taken, until its lease ends. */
export interface TakenDelivery {
  readonly id: string
  readonly fence: string
  readonly tenant: string
  readonly plugin: string
  readonly type: string
  /** Events of one key are delivered one after the other. */
  readonly key: string | null
  /** Of the event in the log. */
  readonly sequence: string
  /** The CloudEvent as JSON text. */
  readonly event: string
  readonly tries: number
  readonly publishedAt: Date
}

/**
 * Leases and ends need not survive the crash of PostgreSQL itself: an event would be delivered once more. Not to wait
 * for the disk halves the time of these statements. Joined to what is written, so that it is evaluated.
 */
const FAST = `fast as materialized (select set_config('synchronous_commit', 'off', true) as is_fast)`

/** The next delivery of any inbox; one that another of its key is before counts too. */
export const dueDelivery: DueQuestion = {
  sql: `with recursive inboxes as (
       (select tenant, plugin, due_at from event_deliveries where state = 'waiting'
         order by tenant, plugin, due_at limit 1)
       union all
       select next.tenant, next.plugin, next.due_at from inboxes i cross join lateral (
         select tenant, plugin, due_at from event_deliveries
          where state = 'waiting' and (tenant, plugin) > (i.tenant, i.plugin)
          order by tenant, plugin, due_at limit 1) next
     )
     select ${msUntil('min(due_at)')} from inboxes`,
}

/** How much this node runs of each inbox. */
export interface InboxLoad {
  readonly tenant: string
  readonly plugin: string
  readonly running: number
}

export interface TakeLimits {
  readonly leaseMs: number
  readonly perInbox: number
  readonly total: number
}

/**
 * Takes what is due, for every inbox its share: one inbox with a long queue holds no other up.
 *
 * Of a key only the first that is not over may be taken; as long as it waits for its next try, or is with some
 * node, those behind it wait. Events without a key wait for nothing. Inboxes are found by jumping from one to the
 * next in the index, which costs some microseconds an inbox, however much lies in it.
 */
export async function takeDeliveries(
  knex: Knex,
  loads: readonly InboxLoad[],
  { leaseMs, perInbox, total }: TakeLimits,
): Promise<readonly TakenDelivery[]> {
  const { rows } = await knex.raw<{ rows: TakenDelivery[] }>(
    `with recursive ${FAST}, inboxes as (
       (select tenant, plugin from event_deliveries where state = 'waiting' order by tenant, plugin limit 1)
       union all
       select next.tenant, next.plugin from inboxes i cross join lateral (
         select tenant, plugin from event_deliveries
          where state = 'waiting' and (tenant, plugin) > (i.tenant, i.plugin)
          order by tenant, plugin limit 1) next
     ),
     loads as (select * from unnest(?::text[], ?::text[], ?::int[]) as l (tenant, plugin, running)),
     heads as materialized (
       select d.id from inboxes i left join loads l on l.tenant = i.tenant and l.plugin = i.plugin
       cross join lateral (
         select w.id, w.due_at from event_deliveries w
          where w.state = 'waiting' and w.tenant = i.tenant and w.plugin = i.plugin and w.due_at <= now()
            and (w.key is null or not exists (
              select from event_deliveries e
               where e.state = 'waiting' and e.tenant = w.tenant and e.plugin = w.plugin
                 and e.key = w.key and e.id < w.id))
          order by w.due_at, w.id
          limit greatest(0, ? - coalesce(l.running, 0))
          for update of w skip locked) d
       order by d.due_at, d.id limit ?
     )
     update event_deliveries d
        set due_at = now() + ? * interval '1 millisecond', fence = d.fence + 1, tried_in = null
       from fast, events e
      where d.id = any (array(select id from heads)) and e.sequence = d.event and is_fast = 'off'
     returning d.id, d.fence, d.tenant, d.plugin, d.type, d.key, d.event as sequence, e.event, d.tries,
               e.published_at as "publishedAt"`,
    [
      loads.map((load) => load.tenant),
      loads.map((load) => load.plugin),
      loads.map((load) => load.running),
      perInbox,
      total,
      leaseMs,
    ],
  )
  // PostgreSQL returns them in no order.
  return rows.sort((a, b) => Number(a.id) - Number(b.id))
}

export interface EndedTry {
  readonly id: string
  readonly fence: string
  readonly verdict: DeliveryVerdict
}

/**
 * Writes down how tries ended, and makes the next of each key due. A try whose fence is old changes nothing: its
 * lease had ended, and the delivery is somebody else's.
 */
export async function endTries(knex: Knex, ended: readonly EndedTry[]): Promise<void> {
  // knex's types know no list that holds null; PostgreSQL takes it.
  const column = (of: (verdict: DeliveryVerdict) => string | null) =>
    ended.map(({ verdict }) => of(verdict)) as string[]
  await knex.raw(
    `with ${FAST}, said as (
       select * from unnest(?::bigint[], ?::bigint[], ?::text[], ?::int[], ?::float8[], ?::text[], ?::text[], ?::text[])
         as s (id, fence, state, counted, delay_ms, code, detail, tried_in)
     ),
     ended as (
       update event_deliveries d
          set state = s.state, tries = d.tries + s.counted, code = s.code, detail = s.detail,
              due_at = now() + s.delay_ms * interval '1 millisecond',
              tried_in = case when s.state in ('waiting', 'dead') then s.tried_in end,
              ended_at = case when s.state in ('waiting', 'kept') then null else now() end
         from said s, fast
        where d.id = any (?::bigint[]) and d.id = s.id and d.fence = s.fence and d.state = 'waiting'
          and is_fast = 'off'
       returning d.id, d.tenant, d.plugin, d.key, d.state
     ),
     next as (
       select n.id from ended e cross join lateral (
         select w.id from event_deliveries w
          where w.state = 'waiting' and w.tenant = e.tenant and w.plugin = e.plugin and w.key = e.key and w.id > e.id
          order by w.id limit 1) n
        where e.state <> 'waiting' and e.key is not null
     )
     update event_deliveries d set due_at = now() from next where d.id = next.id`,
    [
      ended.map(({ id }) => id),
      ended.map(({ fence }) => fence),
      column(({ state }) => state),
      ended.map(({ verdict }) => (verdict.isCounted ? 1 : 0)),
      ended.map(({ verdict }) => verdict.delayMs),
      column(({ code }) => code),
      column(({ detail }) => detail),
      column(({ triedIn }) => triedIn ?? null),
      ended.map(({ id }) => id),
    ],
  )
}

/** Moves the ends of leases that this node still holds. */
export async function renewLeases(
  knex: Knex,
  taken: readonly Pick<TakenDelivery, 'id' | 'fence'>[],
  leaseMs: number,
): Promise<void> {
  if (taken.length === 0) return
  const ids = taken.map(({ id }) => id)
  await knex.raw(
    `with ${FAST}
     update event_deliveries d set due_at = now() + ? * interval '1 millisecond'
       from fast, unnest(?::bigint[], ?::bigint[]) as held (id, fence)
      where d.id = any (?::bigint[]) and is_fast = 'off' and d.id = held.id and d.fence = held.fence and d.state = 'waiting'`,
    [leaseMs, ids, taken.map(({ fence }) => fence), ids],
  )
}

/** Fewer are looked over by each take without being felt. */
const PARK_FROM = 200
const PARK_AT_ONCE = 2000

/**
 * Puts those away that are due but behind another of their key, where they are many: a take would look at each of
 * them every time. They come back when the one before is over, or a minute later at the latest.
 *
 * Two statements: the second sees what was committed before the rows were locked. With one, the delivery in front
 * could end unseen in between, and nothing would call those behind it.
 */
export async function parkBlocked(knex: Knex, from = PARK_FROM): Promise<number> {
  return knex.transaction(async (trx) => {
    const { rows } = await trx.raw<{ rows: { id: string }[] }>(
      `select w.id from event_deliveries w
        where w.state = 'waiting' and w.due_at <= now() and w.key is not null and exists (
          select from event_deliveries e where e.state = 'waiting' and e.tenant = w.tenant
             and e.plugin = w.plugin and e.key = w.key and e.id < w.id)
        order by w.id limit ? for update of w skip locked`,
      [PARK_AT_ONCE],
    )
    if (rows.length < from) return 0
    const { rowCount } = await trx.raw(
      `update event_deliveries w
          set due_at = greatest(least(h.due_at, now() + interval '1 minute'), now() + interval '250 milliseconds')
         from event_deliveries b cross join lateral (
           select e.due_at from event_deliveries e where e.state = 'waiting' and e.tenant = b.tenant
              and e.plugin = b.plugin and e.key = b.key and e.id < b.id order by e.id limit 1) h
        where b.id = any (?::bigint[]) and w.id = b.id`,
      [rows.map(({ id }) => id)],
    )
    return rowCount
  })
}

const WITHDRAW_AT_ONCE = 500

/**
 * What waits for a plugin that was disabled, or lost its grant, becomes a dead letter: it is not delivered when the
 * plugin comes back, unless an admin says so. What a node has taken is left to it.
 */
export async function withdrawDeliveries(knex: Knex): Promise<number> {
  const { code, message } = coreErrors.create('EVENT_SUBSCRIPTION_ENDED')
  const { rowCount } = await knex.raw(
    `update event_deliveries d
        set state = 'dead', ended_at = now(), code = ?, detail = ?
      where d.id in (
        select w.id from event_deliveries w
         where w.state = 'waiting' and w.due_at <= now() and not exists (
           select from bindings b
            where b.tenant = w.tenant and b.plugin = w.plugin and b.binding <> 'disabled'
              and (w.type = ? or exists (
                select from grants g where g.tenant = w.tenant and g.plugin = w.plugin
                   and g.capability = 'event:subscribe' and g.revoked_at is null
                   and g.parameters ->> 'type' = w.type)))
         order by w.id limit ? for update of w skip locked)`,
    [code, message, CONTRIBUTIONS_CHANGED, WITHDRAW_AT_ONCE],
  )
  return rowCount
}

/** @returns how many, at most `limit` */
export async function deleteDeliveriesBefore(
  knex: Knex,
  states: readonly string[],
  before: Date,
  limit: number,
): Promise<number> {
  const { rowCount } = await knex.raw(
    `delete from event_deliveries where id in (
       select id from event_deliveries where state = any (?::text[]) and state <> 'waiting' and ended_at < ?
        order by ended_at limit ?)`,
    [[...states], before, limit],
  )
  return rowCount
}
