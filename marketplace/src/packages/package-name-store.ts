import type { Knex } from 'knex'

/** Reads which names are taken. */

/** Two names that can be taken for one another have about as many characters. */
const NAME_LENGTHS_APART = 4
/** Compared in about 50 ms; of a registry with more, those that were changed last. */
const MAX_NAMES = 20_000

/** Names of packages that are not this publisher's, of about that length. */
export async function listNamesOfOthers(
  knex: Knex,
  publisher: string,
  length: number,
): Promise<readonly string[]> {
  return knex('packages')
    .whereNot({ owner: publisher })
    .whereRaw('length(name) between ? and ?', [
      length - NAME_LENGTHS_APART,
      length + NAME_LENGTHS_APART,
    ])
    .orderBy('modified_at', 'desc')
    .limit(MAX_NAMES)
    .pluck('name')
}

/** Which of these names are packages. */
export async function knownPackages(
  knex: Knex,
  names: readonly string[],
): Promise<ReadonlySet<string>> {
  return new Set(
    await knex('packages')
      .whereIn('name', [...names])
      .pluck('name'),
  )
}
