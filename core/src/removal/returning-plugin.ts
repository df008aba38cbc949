import type { Knex } from 'knex'
import { coreErrors } from '../errors.ts'
import { forgetRemoval, lockRemoval } from './removal-store.ts'

/**
 * Lets a plugin that was removed be installed again: it finds what was kept of it. A marketplace never gives a name to
 * anybody else, so what was kept belongs to whoever has the name there, and to nobody of another marketplace.
 * @throws CORE_PLUGIN_BEING_REMOVED, CORE_PLUGIN_DATA_OF_ANOTHER
 */
export async function admitReturn(
  trx: Knex.Transaction,
  plugin: string,
  fingerprint: string,
): Promise<void> {
  const removal = await lockRemoval(trx, plugin)
  if (removal === undefined) return
  if (removal.state !== 'kept') {
    const parameters = { plugin, state: removal.state, name: encodeURIComponent(plugin) }
    throw coreErrors.create('PLUGIN_BEING_REMOVED', parameters, { retryAfterS: 5 })
  }
  if (removal.fingerprint !== fingerprint) {
    const parameters = { plugin, kept: removal.fingerprint, found: fingerprint }
    throw coreErrors.create('PLUGIN_DATA_OF_ANOTHER', parameters)
  }
  await forgetRemoval(trx, plugin)
}
