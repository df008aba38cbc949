import type { Knex } from 'knex'

/** The only place with SQL for marketplace_scopes and plugin_marketplaces. */

export interface ScopeBinding {
  readonly scope: string
  readonly marketplace: string
  readonly boundBy: string
  readonly boundAt: Date
}

/** @returns the marketplace's name */
export async function marketplaceOfScope(knex: Knex, scope: string): Promise<string | undefined> {
  const row = await knex('marketplace_scopes').where({ scope }).first('marketplace')
  return row?.marketplace
}

/** @returns the marketplace that has the scope by now */
export async function insertBinding(
  trx: Knex.Transaction,
  { scope, marketplace, boundBy, boundAt }: ScopeBinding,
): Promise<string> {
  await trx('marketplace_scopes')
    .insert({ scope, marketplace, bound_by: boundBy, bound_at: boundAt })
    .onConflict('scope')
    .ignore()
  return (await marketplaceOfScope(trx, scope)) ?? marketplace
}

/** @returns false where it is not bound to this marketplace */
export async function deleteBinding(
  trx: Knex.Transaction,
  scope: string,
  marketplace: string,
): Promise<boolean> {
  return (await trx('marketplace_scopes').where({ scope, marketplace }).delete()) === 1
}

/** By marketplace, each in the order of the alphabet. */
export async function scopesOf(
  knex: Knex,
  marketplaces: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const rows: { marketplace: string; scope: string }[] = await knex('marketplace_scopes')
    .whereIn('marketplace', [...marketplaces])
    .orderBy('scope')
    .select('marketplace', 'scope')
  const scopes = new Map<string, string[]>()
  for (const { marketplace, scope } of rows) {
    scopes.set(marketplace, [...(scopes.get(marketplace) ?? []), scope])
  }
  return scopes
}

/** The fingerprint that the operator let a plugin be updated from. */
export async function acceptedMarketplace(knex: Knex, plugin: string): Promise<string | undefined> {
  const row = await knex('plugin_marketplaces').where({ plugin }).first('fingerprint')
  return row?.fingerprint
}

export async function putAcceptedMarketplace(
  trx: Knex.Transaction,
  given: {
    readonly plugin: string
    readonly fingerprint: string
    readonly by: string
    readonly at: Date
  },
): Promise<void> {
  const { plugin, fingerprint, by, at } = given
  await trx('plugin_marketplaces')
    .insert({ plugin, fingerprint, accepted_by: by, accepted_at: at })
    .onConflict('plugin')
    .merge()
}
