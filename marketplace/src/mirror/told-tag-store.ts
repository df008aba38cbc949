import type { Knex } from 'knex'

/** Reads where another marketplace was heard to put its tags (marketplace_packages); the host's federation writes them. */

export async function listToldTags(
  knex: Knex,
  name: string,
  marketplace: string,
): Promise<Readonly<Record<string, string>>> {
  const row = await knex('marketplace_packages').where({ marketplace, name }).first('dist_tags')
  return row?.dist_tags ?? {}
}
