import type { Knex } from 'knex'
import { takeLogTurn } from './event-log-store.ts'

export interface DeadLetter {
  readonly id: string
  readonly plugin: string
  readonly type: string
  readonly source: string
  /** Of the event. */
  readonly event: string
  readonly key: string | null
  readonly tries: number
  readonly code: string | null
  readonly detail: string | null
  readonly publishedAt: string
  readonly diedAt: string
}

/** Newest first. @param filter.before letters older than this id; undefined: from the newest */
export async function listDeadLetters(
  knex: Knex,
  tenant: string,
  filter: { plugin: string | undefined; before: string | undefined; limit: number },
): Promise<DeadLetter[]> {
  const query = deadLetters(knex, tenant).orderBy('d.id', 'desc').limit(filter.limit)
  if (filter.plugin !== undefined) query.where('d.plugin', filter.plugin)
  if (filter.before !== undefined) query.where('d.id', '<', filter.before)
  return (await query).map(letterOf)
}

/** With the whole CloudEvent. */
export async function findDeadLetter(
  knex: Knex,
  tenant: string,
  id: string,
): Promise<(DeadLetter & { cloudEvent: unknown }) | undefined> {
  const row = await deadLetters(knex, tenant).where('d.id', id).select('e.event as text').first()
  return row === undefined ? undefined : { ...letterOf(row), cloudEvent: JSON.parse(row.text) }
}

/**
 * Queues the event again, behind all that wait for the plugin by now: an order that was broken by its death is not
 * mended by breaking another.
 * @returns the new delivery, with whose it is; undefined where there is no such dead letter (any more)
 */
export async function redeliver(
  trx: Knex.Transaction,
  tenant: string,
  id: string,
): Promise<{ delivery: string; plugin: string; type: string } | undefined> {
  await takeLogTurn(trx)
  const [letter] = await trx('event_deliveries')
    .where({ tenant, id, state: 'dead' })
    .update({ state: 'redelivered' })
    .returning(['event', 'plugin', 'type', 'key'])
  if (letter === undefined) return undefined
  const { event, plugin, type, key } = letter
  const rows = await trx('event_deliveries')
    .insert({ event, tenant, plugin, type, key })
    .returning('id')
  return { delivery: String(rows[0].id), plugin, type }
}

function deadLetters(knex: Knex, tenant: string): Knex.QueryBuilder {
  return knex('event_deliveries as d')
    .join('events as e', 'e.sequence', 'd.event')
    .where({ 'd.tenant': tenant, 'd.state': 'dead' })
    .select('d.*', 'e.source', 'e.id as event_id', 'e.published_at')
}

// biome-ignore lint/suspicious/noExplicitAny: a row as knex gives it
function letterOf(row: any): DeadLetter {
  return {
    id: String(row.id),
    plugin: row.plugin,
    type: row.type,
    source: row.source,
    event: row.event_id,
    key: row.key,
    tries: row.tries,
    code: row.code,
    detail: row.detail,
    publishedAt: row.published_at.toISOString(),
    diedAt: row.ended_at.toISOString(),
  }
}
