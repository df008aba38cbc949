import type { Knex } from 'knex'

/** The only place with SQL for package_stars. */

export async function addStar(
  trx: Knex.Transaction,
  given: { publisher: string; name: string; at: Date },
): Promise<void> {
  const { publisher, name, at } = given
  await trx('package_stars')
    .insert({ publisher, name, starred_at: at })
    .onConflict(['publisher', 'name'])
    .ignore()
}

export async function removeStar(
  trx: Knex.Transaction,
  given: { publisher: string; name: string },
): Promise<void> {
  await trx('package_stars').where(given).delete()
}

/** By name. */
export async function listStars(
  knex: Knex,
  publisher: string,
  limit: number,
): Promise<readonly string[]> {
  return knex('package_stars').where({ publisher }).orderBy('name').limit(limit).pluck('name')
}
