import type { Knex } from 'knex'
import type { HostNote } from '../host-events/host-note.ts'
import { dueWhere } from '../storage/due-watch.ts'
import type { SeenEvent } from './matching.ts'

/** By the last number: asked whether any is greater, a planner without figures reads the log from its beginning. */
const HAS_NEWS = `coalesce((select max(sequence) from events) > (select sequence from webhook_fan_out), false)
         or exists (select from outbox_events where not is_fanned_out)`

export const dueFanOut = dueWhere(HAS_NEWS)

/** Whether there is something that was not looked at; costs two looks into indexes. */
export async function hasNews(knex: Knex): Promise<boolean> {
  const { rows } = await knex.raw<{ rows: { has: boolean }[] }>(`select ${HAS_NEWS} as has`)
  return rows[0]?.has === true
}

/**
 * Up to where the event log was looked at. Held until the transaction ends: one node does it at a time.
 * @returns undefined where another node does it
 */
export async function holdPlace(trx: Knex.Transaction): Promise<string | undefined> {
  const row = await trx('webhook_fan_out').forUpdate().skipLocked().first('sequence')
  return row?.sequence
}

export async function putPlace(trx: Knex, sequence: string): Promise<void> {
  await trx('webhook_fan_out').update({ sequence })
}

/** In the order of the log, in which numbers are committed. */
export async function eventsBehind(trx: Knex, place: string, limit: number): Promise<SeenEvent[]> {
  return trx('events')
    .where('sequence', '>', place)
    .orderBy('sequence')
    .limit(limit)
    .select('sequence', 'tenant', 'type', 'source', 'id', 'key')
}

/**
 * Changes that were not looked at. Their numbers are drawn while what they change is locked, so of one subject they are
 * in the order of the changes; of others, some may be committed late, and are found by the next look.
 */
export async function newNotes(trx: Knex, limit: number): Promise<HostNote[]> {
  return trx('outbox_events')
    .where({ is_fanned_out: false })
    .orderBy('sequence')
    .limit(limit)
    .select('sequence', 'id', 'type', 'subject', 'tenant', 'at', 'data')
}

export async function markNotes(trx: Knex, sequences: readonly string[]): Promise<void> {
  await trx('outbox_events').whereIn('sequence', sequences).update({ is_fanned_out: true })
}
