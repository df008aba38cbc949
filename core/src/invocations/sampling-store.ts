import type { Knex } from 'knex'

/** Of which version's good calls a tenant has a share kept. */
export interface Sampling {
  readonly tenant: string
  readonly plugin: string
  readonly version: string
  /** Basis points: 100 is one call in a hundred. */
  readonly shareBp: number
}

export async function listSamplings(
  knex: Knex,
  filter: { tenant?: string; plugin?: string } = {},
): Promise<Sampling[]> {
  const rows = await knex('invocation_samplings').where(filter).orderBy(['plugin', 'version'])
  return rows.map((row) => ({
    tenant: row.tenant,
    plugin: row.plugin,
    version: row.version,
    shareBp: row.share_bp,
  }))
}

/** A share of nothing is no row. */
export async function setSampling(trx: Knex, sampling: Sampling, actor: string): Promise<void> {
  const { tenant, plugin, version, shareBp } = sampling
  if (shareBp === 0) {
    await trx('invocation_samplings').where({ tenant, plugin, version }).delete()
    return
  }
  await trx('invocation_samplings')
    .insert({ tenant, plugin, version, share_bp: shareBp, changed_by: actor })
    .onConflict(['tenant', 'plugin', 'version'])
    .merge({ share_bp: shareBp, changed_by: actor, changed_at: trx.fn.now() })
}
