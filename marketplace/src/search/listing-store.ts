import type { Contract } from '@signalbox/sdk/contract'
import type { Manifest } from '@signalbox/sdk/manifest'
import type { Knex } from 'knex'
import type { Listing, ShownVersion, Weight } from './listing.ts'
import { gramsOf, isWorthGuessing } from './misspelt.ts'

/** The only place with SQL that writes package_listings and listing_words. */

/** States in which a version may be what a package is found by. */
const shownStates = ['published', 'deprecated']

export interface LatestVersion {
  readonly rev: string
  readonly createdAt: Date
  readonly owner: string
  /** Undefined: no version of it is shown. */
  readonly shown: ShownVersion | undefined
}

/** The version that `latest` names; where that one is not shown, the newest that is. */
export async function readLatest(knex: Knex, name: string): Promise<LatestVersion | undefined> {
  const head = await knex('packages').where({ name }).first('rev', 'owner', 'created_at')
  if (head === undefined) return undefined
  const row = await knex('package_versions as v')
    .leftJoin('dist_tags as t', (on) =>
      on.on('t.name', 'v.name').andOn('t.version', 'v.version').andOnVal('t.tag', 'latest'),
    )
    .where('v.name', name)
    .whereIn('v.state', shownStates)
    .orderByRaw('t.tag nulls last, v.published_at desc, v.version desc')
    .first<VersionRow | undefined>(
      'v.version',
      'v.package_json',
      'v.manifest',
      'v.contracts',
      'v.published_at',
    )
  const shown =
    row === undefined
      ? undefined
      : {
          name,
          version: row.version,
          publisher: head.owner as string,
          packageJson: row.package_json,
          manifest: row.manifest,
          contracts: row.contracts,
          releasedAt: row.published_at,
        }
  return { rev: head.rev, createdAt: head.created_at, owner: head.owner, shown }
}

interface VersionRow {
  readonly version: string
  readonly package_json: Record<string, unknown>
  readonly manifest: Manifest
  readonly contracts: Record<string, Contract>
  readonly published_at: Date
}

/** Puts it in place of what there was; its standing stays, since it is the package's. */
export async function putListing(knex: Knex, rev: string, listing: Listing): Promise<void> {
  await knex('package_listings')
    .insert({
      name: listing.name,
      rev,
      version: listing.version,
      display_name: JSON.stringify(listing.displayName),
      summary: JSON.stringify(listing.summary),
      keywords: listing.keywords,
      category: listing.category,
      tier: listing.tier,
      publisher: listing.publisher,
      host_range: listing.hostRange,
      license: listing.license,
      capabilities: listing.capabilities,
      names: vectorOf(listing, ['A']),
      topics: vectorOf(listing, ['A', 'B']),
      words: vectorOf(listing, ['A', 'B', 'C']),
      released_at: listing.releasedAt,
    })
    .onConflict('name')
    .merge([
      ...['rev', 'version', 'display_name', 'summary', 'keywords', 'category', 'tier'],
      ...['publisher', 'host_range', 'license', 'capabilities', 'released_at'],
      ...['names', 'topics', 'words'],
    ])
}

/** As PostgreSQL reads it: words hold letters and digits alone. */
function vectorOf({ words }: Listing, weights: readonly Weight[]): string {
  return [...words]
    .flatMap(([word, weight]) => (weights.includes(weight) ? [`'${word}'`] : []))
    .join(' ')
}

/** A package of which nothing may be shown: the row says so, and that it need not be looked at again. */
export async function putUnlisted(
  knex: Knex,
  { name, rev, owner, createdAt }: { name: string; rev: string; owner: string; createdAt: Date },
): Promise<void> {
  await knex('package_listings')
    .insert({
      ...{ name, rev, version: null, display_name: '{}', summary: '{}', keywords: [] },
      ...{ publisher: owner, capabilities: [], released_at: createdAt },
      ...{ names: '', topics: '', words: '' },
    })
    .onConflict('name')
    .merge(['rev', 'version', 'names', 'topics', 'words'])
}

/** Words that a misspelt one may stand for: those that packages are called by or are about. */
export async function addWords(knex: Knex, listing: Listing): Promise<void> {
  const rows = [...listing.words]
    .filter(([word, weight]) => weight !== 'C' && isWorthGuessing(word))
    .map(([word]) => ({ word, grams: gramsOf(word) }))
    // In one order everywhere, so that two publishes do not wait for each other in a circle.
    .sort((a, b) => (a.word < b.word ? -1 : 1))
  if (rows.length > 0) await knex('listing_words').insert(rows).onConflict('word').ignore()
}

/** Packages whose listing was made from another revision than they have now, or was not made yet. */
export async function staleListings(knex: Knex, limit: number): Promise<string[]> {
  return knex('packages as p')
    .leftJoin('package_listings as l', 'l.name', 'p.name')
    .whereRaw('l.rev is distinct from p.rev')
    .orderBy('p.name')
    .limit(limit)
    .pluck('p.name')
}

/** Those that are not named have none. */
export async function setStandings(
  knex: Knex,
  standings: readonly { name: string; standing: number }[],
): Promise<void> {
  await knex.raw(
    `update package_listings l set standing = coalesce(s.standing, 0)
       from package_listings o left join unnest(?::text[], ?::float8[]) as s (name, standing) on s.name = o.name
      where l.name = o.name and l.standing <> coalesce(s.standing, 0)`,
    [
      standings.map(({ name }) => name),
      standings.map(({ standing }) => standing),
    ] as unknown as Knex.RawBinding[],
  )
}
