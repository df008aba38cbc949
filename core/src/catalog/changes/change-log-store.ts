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

/** Versions that have the service, once for each of its majors, the last installed first; those that failed are none that anybody was served by. */
export async function listServiceVersions(knex: Knex, service: string): Promise<ServiceVersion[]> {
  const { rows } = await knex.raw(
    `select i.plugin, i.version, i.state, i.created_at as "installedAt", c.value as contract
       from installations i cross join lateral jsonb_each(i.contracts) c
      where i.plugin in (select plugin from services where id = ?)
        and i.state in ('installed', 'expanded', 'warm', 'stable')
        and c.value ->> 'id' = ?
      order by i.created_at desc, i.version
      limit ?`,
    [service, service, MAX_VERSIONS],
  )
  return rows
}
