import type { Knex } from 'knex'

/** The only place with SQL for dist_tags. */

export async function listDistTags(knex: Knex, name: string): Promise<Record<string, string>> {
  const rows: { tag: string; version: string }[] = await knex('dist_tags')
    .where({ name })
    .orderBy('tag')
    .select('tag', 'version')
  return Object.fromEntries(rows.map(({ tag, version }) => [tag, version]))
}

export async function setDistTag(
  trx: Knex.Transaction,
  given: { name: string; tag: string; version: string },
): Promise<void> {
  await trx('dist_tags').insert(given).onConflict(['name', 'tag']).merge(['version'])
}

/** @returns false when there was no such tag. */
export async function deleteDistTag(
  trx: Knex.Transaction,
  given: { name: string; tag: string },
): Promise<boolean> {
  return (await trx('dist_tags').where(given).delete()) === 1
}
