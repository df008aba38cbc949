import type { Knex } from 'knex'

/** The only place with SQL that writes package_maintainers: whom a package's holder lets publish it. */

export async function isMaintainer(knex: Knex, name: string, publisher: string): Promise<boolean> {
  const row = await knex('package_maintainers').where({ name, publisher }).first('publisher')
  return row !== undefined
}

export async function listMaintainers(knex: Knex, name: string): Promise<readonly string[]> {
  return knex('package_maintainers')
    .where({ name })
    .orderBy(['added_at', 'publisher'])
    .pluck('publisher')
}

export async function addMaintainer(
  trx: Knex.Transaction,
  given: { name: string; publisher: string; at: Date },
): Promise<void> {
  const { name, publisher, at } = given
  await trx('package_maintainers')
    .insert({ name, publisher, added_at: at })
    .onConflict(['name', 'publisher'])
    .ignore()
}

export async function removeMaintainer(
  trx: Knex.Transaction,
  given: { name: string; publisher: string },
): Promise<void> {
  await trx('package_maintainers').where(given).delete()
}

/** Packages that a publisher may change: under its scopes, its own unscoped ones, and those it was let into. */
export async function listChangeable(
  knex: Knex,
  publisher: string,
  limit: number,
): Promise<readonly string[]> {
  return knex('packages as p')
    .whereRaw(
      `exists (select from publisher_scopes s where s.publisher = ? and s.scope = split_part(p.name, '/', 1))`,
      [publisher],
    )
    .orWhereRaw(`p.owner = ? and p.name not like '@%'`, [publisher])
    .orWhereIn('p.name', knex('package_maintainers').where({ publisher }).select('name'))
    .orderBy('p.name')
    .limit(limit)
    .pluck('p.name')
}
