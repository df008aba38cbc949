import type { Knex } from 'knex'

/** The only place that writes withdrawn_versions; routing reads them as of a generation. */

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
