import type { Knex } from 'knex'

/** Whose secret, and which. */
export interface SecretName {
  readonly tenant: string
  readonly plugin: string
  readonly name: string
}

export interface SealedSecret {
  readonly version: number
  readonly key: string
  readonly sealed: Buffer
}

/** What is known of a version without opening it. */
export interface SecretVersion {
  readonly name: string
  readonly version: number
  readonly hasValue: boolean
  readonly setBy: string
  readonly setAt: string
}

/** Versions of one secret that are remembered. */
const MAX_VERSIONS = 20

export async function nextVersion(trx: Knex.Transaction, secret: SecretName): Promise<number> {
  const row = await trx('secret_versions')
    .where({ ...secret })
    .max('version as newest')
    .first()
  return Number(row?.newest ?? 0) + 1
}

/** The value of the version before is gone with it. */
export async function insertVersion(
  trx: Knex.Transaction,
  secret: SecretName,
  { version, key, sealed }: SealedSecret,
  setBy: string,
): Promise<void> {
  await forgetValue(trx, secret)
  await trx('secret_versions').insert({ ...secret, version, key, sealed, set_by: setBy })
  await trx('secret_versions')
    .where({ ...secret })
    .where('version', '<=', version - MAX_VERSIONS)
    .delete()
}

/** @returns false where there was no value */
export async function forgetValue(trx: Knex.Transaction, secret: SecretName): Promise<boolean> {
  const changed = await trx('secret_versions')
    .where({ ...secret })
    .whereNotNull('sealed')
    .update({ sealed: null, key: null })
  return changed > 0
}

export async function findSealed(
  knex: Knex,
  secret: SecretName,
): Promise<SealedSecret | undefined> {
  const row = await knex('secret_versions')
    .where({ ...secret })
    .whereNotNull('sealed')
    .first('version', 'key', 'sealed')
  return row === undefined
    ? undefined
    : { version: Number(row.version), key: row.key, sealed: row.sealed }
}

/** At most 20 of each secret, newest first. */
export async function listVersions(
  knex: Knex,
  { tenant, plugin }: Omit<SecretName, 'name'>,
): Promise<SecretVersion[]> {
  const rows = await knex('secret_versions')
    .where({ tenant, plugin })
    .orderBy(['name', { column: 'version', order: 'desc' }])
    .limit(1000)
    .select('name', 'version', 'set_by', 'set_at', knex.raw('sealed is not null as has_value'))
  return rows.map((row) => ({
    name: row.name,
    version: Number(row.version),
    hasValue: row.has_value,
    setBy: row.set_by,
    setAt: row.set_at.toISOString(),
  }))
}
