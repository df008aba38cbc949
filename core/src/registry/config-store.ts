import type { Knex } from 'knex'

export interface ConfigRevision {
  readonly revision: number
  readonly config: Readonly<Record<string, unknown>>
  readonly changedBy: string
  readonly changedAt: string
}

export async function insertConfig(
  trx: Knex,
  row: { tenant: string; plugin: string; config: unknown; changedBy: string },
): Promise<number> {
  const { tenant, plugin } = row
  const last = await trx('plugin_configs')
    .where({ tenant, plugin })
    .max('revision as revision')
    .first()
  const revision = Number(last?.revision ?? 0) + 1
  await trx('plugin_configs').insert({
    tenant,
    plugin,
    revision,
    config: JSON.stringify(row.config),
    changed_by: row.changedBy,
  })
  return revision
}

/** The newest first. @param before revisions older than this one; undefined: from the newest */
export async function listConfigs(
  knex: Knex,
  { tenant, plugin }: { tenant: string; plugin: string },
  { before, limit }: { before?: number | undefined; limit: number },
): Promise<ConfigRevision[]> {
  const query = knex('plugin_configs').where({ tenant, plugin }).orderBy('revision', 'desc')
  if (before !== undefined) query.where('revision', '<', before)
  return (await query.limit(limit)).map(revisionOf)
}

export async function findConfig(
  knex: Knex,
  tenant: string,
  plugin: string,
  revision?: number,
): Promise<ConfigRevision | undefined> {
  const query = knex('plugin_configs').where({ tenant, plugin }).orderBy('revision', 'desc')
  if (revision !== undefined) query.where({ revision })
  const row = await query.first()
  return row === undefined ? undefined : revisionOf(row)
}

function revisionOf(row: {
  revision: number
  config: ConfigRevision['config']
  changed_by: string
  changed_at: Date
}): ConfigRevision {
  const { revision, config } = row
  return { revision, config, changedBy: row.changed_by, changedAt: row.changed_at.toISOString() }
}
