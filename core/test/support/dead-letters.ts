import { appendEvents } from '../../src/events/event-log-store.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import { eventOf } from './event-store.ts'

/** Events of acme that a plugin could not be given. @returns their ids */
export async function deadLetters(
  hostUrl: string,
  plugin: string,
  ids: readonly string[],
): Promise<readonly string[]> {
  const knex = createKnex(hostUrl)
  await appendEvents(
    knex,
    ids.map((id) => eventOf(id)),
  )
  const dead = { tenant: 'acme', plugin, type: 'orders.created', state: 'dead' }
  const events = await knex('events').select('sequence as event')
  const rows = await knex('event_deliveries')
    .insert(events.map((event) => ({ ...event, ...dead, ended_at: new Date() })))
    .returning('id')
  await knex.destroy()
  return rows.map(({ id }) => String(id))
}
