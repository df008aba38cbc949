import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'

/** A CloudEvents 1.0 event in the making; it leaves the host by the outbox, after its transaction. */
export interface OutboxEvent {
  readonly type: string
  readonly subject: string
  readonly tenant: string | null
  readonly traceId: string | null
  readonly data: Readonly<Record<string, unknown>>
}

/** @returns their sequences, in the order in which they stand here */
export async function insertOutboxEvents(
  trx: Knex,
  events: readonly OutboxEvent[],
): Promise<readonly string[]> {
  if (events.length === 0) return []
  const rows: { sequence: string }[] = await trx('outbox_events')
    .insert(
      events.map(({ type, subject, tenant, traceId, data }) => ({
        ...{ id: randomUUID(), type, subject, tenant },
        trace_id: traceId,
        data: JSON.stringify(data),
      })),
    )
    .returning('sequence')
  return rows.map(({ sequence }) => sequence)
}

/**
 * Deletes rows that are older and that nobody is still to be told of: webhooks were queued, and plugins told. What is
 * still to be told to plugins could not leave at all: host_news refers to it.
 * @returns how many, at most `limit`
 */
export async function deleteOutboxBefore(knex: Knex, before: Date, limit: number): Promise<number> {
  const { rowCount } = await knex.raw(
    `delete from outbox_events where sequence in (
       select o.sequence from outbox_events o
        where o.at < ? and o.is_fanned_out
          and not exists (select from host_news n where n.sequence = o.sequence)
        order by o.at limit ? for update skip locked)`,
    [before, limit],
  )
  return rowCount
}

/** Changes that webhooks or plugins are still to be told of; of 10,000 of each at most. */
export async function readOutboxBacklog(
  knex: Knex,
): Promise<{ readonly items: number; readonly seconds: number }> {
  const { rows } = await knex.raw(
    `select count(distinct sequence)::int as items,
            coalesce(greatest(0, extract(epoch from clock_timestamp() - min(at))), 0)::float8 as seconds
       from ((select sequence, at from outbox_events where not is_fanned_out order by sequence limit 10000)
             union all
             (select o.sequence, o.at from host_news n join outbox_events o on o.sequence = n.sequence
               order by n.sequence limit 10000)) as waiting`,
  )
  return rows[0]
}
