import type { Knex } from 'knex'

/**
 * Frees contents that nothing refers to any more. Whoever puts contents holds the table until what refers to them is
 * committed, so with the table held against that, what has no reference will get none.
 * @param candidates SHA-256 of what the files of a removed plugin held
 */
export async function freeContents(knex: Knex, candidates: readonly string[]): Promise<void> {
  if (candidates.length === 0) return
  // A kept call is replayed from its bundle; no new one can refer to it now. Asked before the table is held.
  const kept = await knex('invocations')
    .whereRaw('bundle_sha256 = any (?::text[])', [[...candidates]])
    .distinct('bundle_sha256')
    .pluck('bundle_sha256')
  const free = candidates.filter((sha256) => !kept.includes(sha256))
  await knex.transaction(async (trx) => {
    await trx.raw(`set local lock_timeout = '5s'`)
    await trx.raw('lock table contents in share row exclusive mode')
    await trx('contents')
      .whereRaw('sha256 = any (?::text[])', [free])
      .whereRaw('not exists (select from installation_files f where f.sha256 = contents.sha256)')
      .whereRaw(
        'not exists (select from package_versions v where v.tarball_sha256 = contents.sha256)',
      )
      .delete()
  })
}
