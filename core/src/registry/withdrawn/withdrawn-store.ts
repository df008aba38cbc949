import type { Knex } from 'knex'
import { versionKey } from '../../rollout/routing/snapshot.ts'

/** The only place with SQL for withdrawn_versions. */

export interface Withdrawn {
  readonly package: string
  readonly version: string
  /** Yanked: not installed anew. Blocked: not run. */
  readonly state: 'yanked' | 'blocked'
  readonly reason: string
}

export async function putWithdrawn(
  trx: Knex.Transaction,
  { package: name, version, state, reason }: Withdrawn,
  by: string,
): Promise<void> {
  await trx('withdrawn_versions')
    .insert({ package: name, version, state, reason, withdrawn_by: by })
    .onConflict(['package', 'version'])
    .merge()
}

export async function deleteWithdrawn(
  trx: Knex.Transaction,
  name: string,
  version: string,
): Promise<void> {
  await trx('withdrawn_versions').where({ package: name, version }).delete()
}

export async function findWithdrawn(
  knex: Knex,
  name: string,
  version: string,
): Promise<Withdrawn | undefined> {
  return knex('withdrawn_versions')
    .where({ package: name, version })
    .first<Withdrawn | undefined>('package', 'version', 'state', 'reason')
}

/** Reasons by `plugin@version`, of what is installed. */
export async function loadBlocked(trx: Knex): Promise<ReadonlyMap<string, string>> {
  const rows = await trx('withdrawn_versions as w')
    .join('installations as i', (on) =>
      on.on('i.plugin', 'w.package').andOn('i.version', 'w.version'),
    )
    .where({ 'w.state': 'blocked' })
    .select('i.plugin', 'i.version', 'w.reason')
  return new Map(rows.map((row) => [versionKey(row.plugin, row.version), row.reason]))
}
