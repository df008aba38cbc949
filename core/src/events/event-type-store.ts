import type { Manifest } from '@signalbox/sdk/manifest'
import type { Knex } from 'knex'
import { publisherOf } from '../broker/isolate-spec.ts'
import { coreErrors } from '../errors.ts'
import { declaredTypes, isHostType } from './event-types.ts'

/**
 * Gives the types that a version declares to the scope of its plugin, for good: who subscribes to a type knows
 * whose it is. A plugin of the same scope may declare it too.
 * @throws CORE_EVENT_TYPE_TAKEN where another scope was first, or the type is the host's own
 */
export async function claimEventTypes(
  trx: Knex,
  plugin: string,
  manifest: Manifest,
): Promise<void> {
  const scope = publisherOf(plugin)
  // In one order everywhere: two installs that claim the same types would otherwise wait for each other.
  const types = declaredTypes(manifest).map(({ type }) => type)
  for (const type of [...types].sort()) {
    if (isHostType(type)) throw coreErrors.create('EVENT_TYPE_TAKEN', { type, owner: 'the host' })
    await trx('event_types').insert({ type, scope, plugin }).onConflict('type').ignore()
    const row = await trx('event_types').where({ type }).first('scope')
    if (row.scope !== scope) {
      throw coreErrors.create('EVENT_TYPE_TAKEN', { type, owner: row.scope })
    }
  }
}
