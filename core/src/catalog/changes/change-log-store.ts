import type { Contract } from '@signalbox/sdk/contract'
import type { Knex } from 'knex'
import type { InstallationState } from '../../registry/installation-states.ts'

export interface ServiceVersion {
  readonly plugin: string
  readonly version: string
  readonly state: InstallationState
  readonly installedAt: Date
  readonly contract: Contract
}

/** As many versions of a plugin as a host is shown to have. */
const MAX_VERSIONS = 200

/** Versions that have the service, the last installed first; those that failed are none that anybody was served by. */
export async function listServiceVersions(knex: Knex, service: string): Promise<ServiceVersion[]> {
  const { rows } = await knex.raw(
    `select plugin, version, state, created_at as "installedAt", contracts -> ? as contract
       from installations
      where plugin in (select plugin from services where id = ?)
        and state in ('installed', 'expanded', 'warm', 'stable')
        and contracts -> ? is not null
      order by created_at desc, version
      limit ?`,
    [service, service, service, MAX_VERSIONS],
  )
  return rows
}
