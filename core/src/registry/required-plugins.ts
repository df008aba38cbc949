import type { Knex } from 'knex'
import { shareInstalls } from './installs-lock.ts'
import { findInstallation, listInstalled } from './registry-store.ts'
import { dependencyRefusal } from './resolve.ts'

/**
 * For whoever lets an installed version serve: what it required when it was installed may have been removed since, as
 * nothing led to it. Until the transaction ends nothing of it is removed. Before any row of a plugin is locked.
 * @throws CORE_DEPENDENCY_MISSING
 */
export async function requireRequired(
  trx: Knex.Transaction,
  plugin: string,
  version: string,
): Promise<void> {
  await shareInstalls(trx)
  const installation = await findInstallation(trx, plugin, version)
  // Whoever asks says better than this what is missing.
  if (installation === undefined || installation.manifest.requires === undefined) return
  const refusal = dependencyRefusal(installation, await listInstalled(trx))
  if (refusal !== undefined) throw refusal
}
