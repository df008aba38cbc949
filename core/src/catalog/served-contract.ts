import type { Contract } from '@signalbox/sdk/contract'
import type { Manifest } from '@signalbox/sdk/manifest'
import { contractOf } from '@signalbox/sdk/provided-service'
import type { Knex } from 'knex'
import { findInstallation, stableVersion } from '../registry/registry-store.ts'
import { findService } from './catalog-store.ts'

export interface ServedContract {
  readonly plugin: string
  readonly version: string
  readonly manifest: Manifest
  readonly contract: Contract
}

/** The contract of the version in service; undefined where no version serves this major, or the host itself does. */
export async function servedContract(
  knex: Knex,
  service: string,
  major: number,
): Promise<ServedContract | undefined> {
  const plugin = (await findService(knex, service, major))?.plugin ?? undefined
  if (plugin === undefined) return undefined
  const version = await stableVersion(knex, plugin)
  const installed = version === null ? undefined : await findInstallation(knex, plugin, version)
  if (installed === undefined) return undefined
  const contract = contractOf(installed.contracts, service, major)
  if (contract === undefined) return undefined
  return { plugin, version: installed.version, manifest: installed.manifest, contract }
}
