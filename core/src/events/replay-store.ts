import type { Knex } from 'knex'
import { takeLogTurn } from './event-log-store.ts'

/** What is to be told again, or for the first time. */
export interface ReplayWish {
  readonly tenant: string
  readonly plugin: string
  /** Published at this instant or later. */
  readonly since: Date
  /** Only these; all that the plugin is granted to hear, where none are named. */
  readonly types: readonly string[] | undefined
  /** Behind this place in the log: where a wish before this one ended. */
  readonly after: string
  readonly limit: number
}

/**
 * Queues what the log still has for a plugin that is enabled, in the order of the log and behind all that waits for it by now. Events it waits
 * for already are left out; those it has had come again, as every event may.
 * @returns how many, and the place in the log of the last, for the next wish
 */
export async function replay(
  trx: Knex.Transaction,
  { tenant, plugin, since, types, after, limit }: ReplayWish,
): Promise<{ queued: number; last: string | null }> {
  await takeLogTurn(trx)
  const { rows } = await trx.raw<{ rows: [{ queued: number; last: string | null }] }>(
    `with heard as materialized (
       select distinct g.parameters ->> 'type' as type
         from grants g join bindings b on b.tenant = g.tenant and b.plugin = g.plugin
        where g.tenant = ? and g.plugin = ? and g.capability = 'event:subscribe' and g.revoked_at is null
          and b.binding <> 'disabled'
     ),
     told as materialized (
       select e.sequence, e.type, e.key from events e join heard h on h.type = e.type
        where e.tenant = ? and e.published_at >= ? and e.sequence > ?
          and (?::text[] is null or e.type = any (?::text[]))
          and not exists (
            select from event_deliveries d where d.event = e.sequence and d.plugin = ? and d.state = 'waiting')
        order by e.sequence limit ?
     ),
     queued as (
       insert into event_deliveries (event, tenant, plugin, type, key)
       select sequence, ?, ?, type, key from told order by sequence
       returning event
     )
     select count(*)::int as queued, max(event)::text as last from queued`,
    [
      ...[tenant, plugin, tenant, since, after],
      ...[types ?? null, types ?? null, plugin, limit, tenant, plugin],
    ] as never[],
  )
  return rows[0]
}
