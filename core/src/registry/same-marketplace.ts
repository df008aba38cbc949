import type { Knex } from 'knex'
import { coreErrors } from '../errors.ts'
import { acceptedMarketplace } from '../federation/scope-store.ts'
import { installedMarketplaces } from './registry-store.ts'

/**
 * A plugin is updated from where it was installed from. The scope may have been bound to another marketplace since; who
 * has the name there may be somebody else, so that is for the operator to say.
 * @throws CORE_PLUGIN_OF_ANOTHER_MARKETPLACE
 */
export async function requireSameMarketplace(
  trx: Knex.Transaction,
  plugin: string,
  fingerprint: string,
): Promise<void> {
  const others = (await installedMarketplaces(trx, plugin)).filter((one) => one !== fingerprint)
  if (others.length === 0 || (await acceptedMarketplace(trx, plugin)) === fingerprint) return
  const parameters = { plugin, installed: others.join(', '), found: fingerprint }
  throw coreErrors.create('PLUGIN_OF_ANOTHER_MARKETPLACE', parameters)
}
