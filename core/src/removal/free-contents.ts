import type { Knex } from 'knex'
import { patientTransaction } from './patient-work.ts'

/** Of one statement: contents have up to twenty chunks of a megabyte, and whoever installs waits for it. */
const BITE = 16

/**
 * Frees contents that nothing refers to any more. Whoever puts contents holds the table until what refers to them is
 * committed, so with the table held against that, what has no reference will get none.
 * @param candidates SHA-256 of what the files of a removed plugin held
 */
export async function freeContents(knex: Knex, candidates: readonly string[]): Promise<void> {
  if (candidates.length === 0) return
  const kept = await keptBundles(knex, candidates)
  const free = candidates.filter((sha256) => !kept.has(sha256))
  for (let start = 0; start < free.length; start += BITE) {
    await freePiece(knex, free.slice(start, start + BITE))
  }
}

/** A kept call is replayed from its bundle; no new one can refer to it now. Asked before the table is held. */
function keptBundles(knex: Knex, candidates: readonly string[]): Promise<ReadonlySet<string>> {
  return patientTransaction(knex, async (trx) => {
    const kept = await trx('invocations')
      .whereRaw('bundle_sha256 = any (?::text[])', [[...candidates]])
      .distinct('bundle_sha256')
      .pluck('bundle_sha256')
    return new Set(kept)
  })
}

function freePiece(knex: Knex, candidates: readonly string[]): Promise<void> {
  return patientTransaction(knex, async (trx) => {
    await trx.raw(`set local lock_timeout = '5s'`)
    await trx.raw('lock table contents in share row exclusive mode')
    await trx('contents')
      .whereRaw('sha256 = any (?::text[])', [[...candidates]])
      .whereRaw('not exists (select from installation_files f where f.sha256 = contents.sha256)')
      .whereRaw(
        'not exists (select from package_versions v where v.tarball_sha256 = contents.sha256)',
      )
      .delete()
  })
}
