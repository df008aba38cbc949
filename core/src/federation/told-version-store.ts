import type { IndexedVersion } from '@signalbox/sdk/trust/package-index'
import type { Knex } from 'knex'
import type { Known } from './told-versions.ts'
import type { Refusal } from './wanted-version.ts'

/**
 * The only writer of marketplace_packages and marketplace_versions, and their only reader but for the tags, which the host's
 * own marketplace follows within its transactions (marketplace/src/mirror/told-tag-store.ts).
 */

export interface KnownPackage extends Known {
  readonly distTags: Readonly<Record<string, string>>
  /** When it was asked for last; milliseconds since the epoch. */
  readonly lookedAt: number
}

export async function findKnown(
  knex: Knex,
  marketplace: string,
  name: string,
): Promise<KnownPackage | undefined> {
  const head = await knex('marketplace_packages')
    .where({ marketplace, name })
    .first('told_at', 'looked_at', 'dist_tags')
  if (head === undefined) return undefined
  const rows = await knex('marketplace_versions')
    .where({ marketplace, name })
    .select('version', 'integrity', 'state', 'reason', 'published_at', 'key_revoked_at')
  const versions = new Map<string, IndexedVersion>(
    rows.map(({ version, integrity, state, reason, published_at: at, key_revoked_at: revoked }) => [
      version,
      {
        ...{ integrity, state, reason, publishedAt: at.getTime() },
        ...(revoked === null ? {} : { keyRevokedAt: revoked.getTime() }),
      },
    ]),
  )
  const { told_at: toldAt, looked_at: lookedAt, dist_tags: distTags } = head
  return { toldAt: toldAt.getTime(), lookedAt: lookedAt.getTime(), distTags, versions }
}

/** Who takes what was said of a package waits for who does so already. */
export async function lockKnown(
  trx: Knex.Transaction,
  marketplace: string,
  name: string,
): Promise<KnownPackage | undefined> {
  await trx.raw('select pg_advisory_xact_lock(hashtextextended(?, 0))', [
    `signalbox told ${marketplace} ${name}`,
  ])
  return findKnown(trx, marketplace, name)
}

/** A statement has some values a row, and PostgreSQL takes 65,535. */
const ROWS = 1000

export async function putKnown(
  trx: Knex.Transaction,
  marketplace: string,
  name: string,
  known: KnownPackage,
): Promise<void> {
  const head = {
    told_at: new Date(known.toldAt),
    looked_at: new Date(known.lookedAt),
    dist_tags: JSON.stringify(known.distTags),
  }
  await trx('marketplace_packages')
    .insert({ marketplace, name, ...head })
    .onConflict(['marketplace', 'name'])
    .merge()
  const rows = [...known.versions].map(([version, one]) => ({
    ...{ marketplace, name, version },
    ...{ integrity: one.integrity, state: one.state, reason: one.reason },
    published_at: new Date(one.publishedAt),
    key_revoked_at: one.keyRevokedAt === undefined ? null : new Date(one.keyRevokedAt),
  }))
  for (let from = 0; from < rows.length; from += ROWS) {
    await trx('marketplace_versions')
      .insert(rows.slice(from, from + ROWS))
      .onConflict(['marketplace', 'name', 'version'])
      .merge(['state', 'reason', 'key_revoked_at'])
  }
}

/** By version, those that could not be taken when that was tried last. */
export async function listRefusals(
  knex: Knex,
  marketplace: string,
  name: string,
): Promise<ReadonlyMap<string, Refusal>> {
  const rows: { version: string; at: Date; refusal: Omit<Refusal, 'at'> }[] = await knex(
    'marketplace_versions',
  )
    .where({ marketplace, name })
    .whereNotNull('refused_at')
    .select('version', 'refusal', { at: 'refused_at' })
  return new Map(
    rows.map(({ version, at, refusal }) => [version, { ...refusal, at: at.getTime() }]),
  )
}

export async function putRefusal(
  knex: Knex,
  marketplace: string,
  { name, version }: { readonly name: string; readonly version: string },
  { at, code, message }: Refusal,
): Promise<void> {
  await knex('marketplace_versions')
    .where({ marketplace, name, version })
    .update({ refused_at: new Date(at), refusal: JSON.stringify({ code, message }) })
}

/** Of one marketplace, those that were not asked for since; who waits longest comes first. */
export async function claimStaleName(
  knex: Knex,
  marketplace: string,
  since: Date,
  now: Date,
): Promise<string | undefined> {
  const stale = knex('marketplace_packages')
    .where({ marketplace })
    .where('looked_at', '<', since)
    .orderBy('looked_at')
    .limit(1)
    .select('name')
  // Before it is asked for: one that is refused keeps the others from nothing.
  const [claimed]: { name: string }[] = await knex('marketplace_packages')
    .where({ marketplace })
    .whereIn('name', stale)
    .update({ looked_at: now })
    .returning('name')
  return claimed?.name
}
