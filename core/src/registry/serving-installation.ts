import type { Knex } from 'knex'
import { coreErrors } from '../errors.ts'
import { servingStates } from './installation-states.ts'
import { findInstallation, type Installation, stableVersion } from './registry-store.ts'

/**
 * @param wish undefined: the stable version
 * @throws CORE_PLUGIN_MISSING, CORE_VERSION_MISSING, CORE_VERSION_NOT_READY
 */
export async function requireServing(
  knex: Knex,
  plugin: string,
  wish: string | undefined,
): Promise<Installation> {
  const version = wish ?? (await stableVersion(knex, plugin))
  if (version === null) throw coreErrors.create('PLUGIN_MISSING', { plugin })
  const installation = await findInstallation(knex, plugin, version)
  if (installation === undefined) throw coreErrors.create('VERSION_MISSING', { plugin, version })
  const { state } = installation
  if (servingStates.includes(state)) return installation
  throw coreErrors.create('VERSION_NOT_READY', { plugin, version, state })
}
