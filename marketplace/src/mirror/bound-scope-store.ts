import type { Knex } from 'knex'
import { marketplaceErrors } from '../errors.ts'
import type { PackageName } from '../packages/package-name.ts'

/** Reads which scopes the operator bound to other marketplaces (marketplace_scopes); the host's federation writes them. */

/**
 * Whose a scope is, is decided by one at a time: to publish under it holds it shared, to bind it or to give it to a
 * publisher alone. Else a scope could become the host's own and another marketplace's in the same moment.
 */
export async function holdScope(
  trx: Knex.Transaction,
  scope: string,
  mode: 'shared' | 'alone',
): Promise<void> {
  const lock = mode === 'shared' ? 'pg_advisory_xact_lock_shared' : 'pg_advisory_xact_lock'
  await trx.raw(`select ${lock}(hashtextextended(?, 0))`, [`signalbox scope ${scope}`])
}

/** @returns the marketplace that the scope comes from; undefined: this one, or none */
export async function boundMarketplace(knex: Knex, scope: string): Promise<string | undefined> {
  const row = await knex('marketplace_scopes').where({ scope }).first('marketplace')
  return row?.marketplace
}

/** What comes from elsewhere is published elsewhere, by the operator too. @throws `MKT_SCOPE_BOUND` */
export async function requireOwnScope(knex: Knex, { scope }: Pick<PackageName, 'scope'>) {
  const marketplace = scope === undefined ? undefined : await boundMarketplace(knex, scope)
  if (scope === undefined || marketplace === undefined) return
  throw marketplaceErrors.create('SCOPE_BOUND', { scope, marketplace })
}

/** As `requireOwnScope`, and it stays so to the end of the transaction. */
export async function holdOwnScope(trx: Knex.Transaction, name: Pick<PackageName, 'scope'>) {
  if (name.scope !== undefined) await holdScope(trx, name.scope, 'shared')
  await requireOwnScope(trx, name)
}
