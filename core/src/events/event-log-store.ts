import type { NewEvent } from '@signalbox/sdk/host-calls/cloud-event'
import type { Knex } from 'knex'

/** Any constant, the same for every version of the host. */
const LOG_TURN = 0x73626576

export interface LoggedEvent {
  readonly tenant: string
  readonly source: string
  readonly id: string
  /** Some plugin is to have it. */
  readonly isHeard: boolean
}

/**
 * Writes events and, in the same statement, a delivery for each plugin that is subscribed right now: the binding
 * and the grant in the database decide, not what a node has read of them.
 *
 * Writers take turns, so that numbers are committed in the order they are drawn: whoever sees an event sees all
 * before it, and "the first of its key that waits" is the first indeed. One statement: a node that stops in the
 * middle of it stops nobody for longer than PostgreSQL takes to notice.
 * @returns the events that were new; one whose (tenant, source, id) is known is left out
 */
export async function appendEvents(
  knex: Knex,
  events: readonly NewEvent[],
): Promise<readonly LoggedEvent[]> {
  const { rows } = await knex.raw<{ rows: LoggedEvent[] }>(
    `with turn as materialized (select pg_advisory_xact_lock(?)),
     incoming as (
       select said.* from turn, unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::float8[])
         with ordinality as said (tenant, type, source, id, key, event, published_ms, n)
     ),
     logged as (
       insert into events (tenant, type, source, id, key, event, published_at)
       select tenant, type, source, id, key, event, to_timestamp(published_ms / 1000) from incoming order by n
       on conflict (tenant, source, id) do nothing
       returning sequence, tenant, type, source, id, key
     ),
     queued as (
       insert into event_deliveries (event, tenant, plugin, type, key)
       select l.sequence, l.tenant, s.plugin, l.type, l.key
         from logged l join lateral (
           select distinct g.plugin from grants g join bindings b on b.tenant = g.tenant and b.plugin = g.plugin
            where g.tenant = l.tenant and g.capability = 'event:subscribe' and g.revoked_at is null
              and g.parameters ->> 'type' = l.type and b.binding <> 'disabled'
         ) s on true
        order by l.sequence, s.plugin
       returning event
     )
     select tenant, source, id, sequence in (select event from queued) as "isHeard" from logged order by sequence`,
    [LOG_TURN, ...columnsOf(events)],
  )
  return rows
}

/** As `unnest` takes them: tenant, type, source, id, key, event, published_ms. */
function columnsOf(events: readonly NewEvent[]): (string[] | number[])[] {
  // knex's types know no list that holds null; PostgreSQL takes it.
  const column = (of: (event: NewEvent) => string | null) => events.map(of) as string[]
  return [
    column((event) => event.tenant),
    column((event) => event.type),
    column((event) => event.source),
    column((event) => event.id),
    column((event) => event.key),
    column((event) => event.event),
    events.map(({ publishedAt }) => publishedAt),
  ]
}

/** An event for one plugin, whoever else is subscribed to its type. */
export interface DirectEvent extends NewEvent {
  readonly plugin: string
}

/** Writes events that are new, each with its one delivery, as part of a transaction: see appendEvents. */
export async function appendToInboxes(
  trx: Knex.Transaction,
  events: readonly DirectEvent[],
): Promise<void> {
  await takeLogTurn(trx)
  await trx.raw(
    `with incoming as (
       select * from unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::float8[])
         with ordinality as said (plugin, tenant, type, source, id, key, event, published_ms, n)
     ),
     logged as (
       insert into events (tenant, type, source, id, key, event, published_at)
       select tenant, type, source, id, key, event, to_timestamp(published_ms / 1000) from incoming order by n
       returning sequence, tenant, type, source, id, key
     )
     insert into event_deliveries (event, tenant, plugin, type, key)
     select l.sequence, l.tenant, i.plugin, l.type, l.key
       from logged l join incoming i on i.tenant = l.tenant and i.source = l.source and i.id = l.id
      order by l.sequence`,
    [events.map(({ plugin }) => plugin), ...columnsOf(events)],
  )
}

/** An event of the host's own, for whoever subscribed to its type or to `pattern`. */
export interface SubscribedEvent extends NewEvent {
  readonly pattern: string
}

/**
 * Writes events that are new, each with a delivery for every plugin that is subscribed right now, as part of a
 * transaction: see appendEvents. A delivery is of the type that the plugin asked for, so that its handler of that
 * name runs; who asked for both has it once, of its own type. What nobody hears is not written, and what is there
 * already, told by a host of another version, is not written again.
 * @returns how many deliveries
 */
export async function appendForSubscribers(
  trx: Knex.Transaction,
  events: readonly SubscribedEvent[],
): Promise<number> {
  await takeLogTurn(trx)
  const { rowCount } = await trx.raw(
    `with incoming as (
       select * from unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::float8[])
         with ordinality as said (pattern, tenant, type, source, id, key, event, published_ms, n)
     ),
     heard as materialized (
       select i.n, i.tenant, i.source, i.id, s.plugin, s.asked
         from incoming i join lateral (
           select distinct on (g.plugin) g.plugin, g.parameters ->> 'type' as asked
             from grants g join bindings b on b.tenant = g.tenant and b.plugin = g.plugin
            where g.tenant = i.tenant and g.capability = 'event:subscribe' and g.revoked_at is null
              and g.parameters ->> 'type' in (i.type, i.pattern) and b.binding <> 'disabled'
            order by g.plugin, (g.parameters ->> 'type' = i.type) desc
         ) s on true
     ),
     logged as (
       insert into events (tenant, type, source, id, key, event, published_at)
       select tenant, type, source, id, key, event, to_timestamp(published_ms / 1000)
         from incoming where n in (select n from heard) order by n
       on conflict (tenant, source, id) do nothing
       returning sequence, tenant, source, id, key
     )
     insert into event_deliveries (event, tenant, plugin, type, key)
     select l.sequence, l.tenant, h.plugin, h.asked, l.key
       from logged l join heard h on h.tenant = l.tenant and h.source = l.source and h.id = l.id
      order by l.sequence, h.plugin`,
    [events.map(({ pattern }) => pattern), ...columnsOf(events)],
  )
  return rowCount
}

/** Holds the writers back until the transaction ends: what is queued by it comes after what was queued before. */
export async function takeLogTurn(trx: Knex.Transaction): Promise<void> {
  await trx.raw('select pg_advisory_xact_lock(?)', [LOG_TURN])
}

/**
 * Deletes events that are older and that no delivery needs any more.
 * @returns how many, at most `limit`
 */
export async function deleteEventsBefore(knex: Knex, before: Date, limit: number): Promise<number> {
  const { rowCount } = await knex.raw(
    `delete from events where sequence in (
       select e.sequence from events e
        where e.at < ? and not exists (select from event_deliveries d where d.event = e.sequence)
          and not exists (select from webhook_deliveries w where w.event = e.sequence)
          and e.sequence <= (select sequence from webhook_fan_out)
        order by e.at limit ?)`,
    [before, limit],
  )
  return rowCount
}
