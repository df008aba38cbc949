import type { Knex } from 'knex'
import { coreErrors } from '../errors.ts'
import { servingStates } from './installation-states.ts'
import { findInstallation, hasPlugin, type Installation, stableVersion } from './registry-store.ts'

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

/**
 * As `lockPlugin`, for whoever changes something of a plugin that is there: what was looked at before the lock may have
 * been removed meanwhile.
 * @throws CORE_PLUGIN_MISSING
 */
export async function lockInstalled(
  trx: Knex.Transaction,
  plugin: string,
): Promise<{ stableVersion: string | null }> {
  const row = await trx('plugins').where({ name: plugin }).forUpdate().first('stable_version')
  if (row === undefined || !(await hasPlugin(trx, plugin))) {
    throw coreErrors.create('PLUGIN_MISSING', { plugin })
  }
  return { stableVersion: row.stable_version }
}
