import type { Contract } from '@signalbox/sdk/contract'
import type { Manifest } from '@signalbox/sdk/manifest'
import type { Knex } from 'knex'
import { shownPublisher } from '../mirror/shown-publisher.ts'

/** Reads what pages of packages and publishers show. */

/** States in which a version is shown; one that was taken back is, with that word, so that who runs it can read of it. */
const shownStates = ['published', 'deprecated', 'yanked']

/** More versions than one page has use for; older ones are found by their number. */
const MAX_VERSIONS = 200

export interface VersionRow {
  readonly version: string
  readonly state: string
  /** As people are shown it. */
  readonly publisher: string
  /** Its account in the marketplace that it comes from. */
  readonly account: string
  readonly fingerprint: string
  readonly publishedAt: Date
  readonly size: number
  readonly unpackedSize: number
  readonly integrity: string
  readonly packageJson: Readonly<Record<string, unknown>>
  readonly manifest: Manifest
  readonly contracts: Readonly<Record<string, Contract>>
  readonly readme: string | null
}

export async function findVersion(
  knex: Knex,
  of: { name: string; version: string },
): Promise<VersionRow | undefined> {
  const row = await knex('package_versions')
    .where(of)
    .whereIn('state', shownStates)
    .first(
      'version',
      'state',
      'size',
      'integrity',
      'manifest',
      'contracts',
      'readme',
      'fingerprint',
      {
        publisher: knex.raw(shownPublisher()),
        account: 'publisher',
        publishedAt: 'published_at',
        unpackedSize: 'unpacked_size',
        packageJson: 'package_json',
      },
    )
  return row === undefined ? undefined : { ...row, unpackedSize: Number(row.unpackedSize) }
}

export interface VersionLine {
  readonly version: string
  readonly state: string
  readonly hostRange: string
  readonly publishedAt: Date
  readonly deprecated: string | null
}

/** The newest first. */
export async function listVersionLines(knex: Knex, name: string): Promise<VersionLine[]> {
  return knex('package_versions')
    .where({ name })
    .whereIn('state', shownStates)
    .orderBy([
      { column: 'published_at', order: 'desc' },
      { column: 'version', order: 'desc' },
    ])
    .limit(MAX_VERSIONS)
    .select('version', 'state', {
      publishedAt: 'published_at',
      hostRange: knex.raw(`manifest ->> 'host'`),
      deprecated: knex.raw(`package_json ->> 'deprecated'`),
    })
}

/** More than a publisher signs by at a time. */
const MAX_KEYS = 20

export interface PublisherRow {
  readonly name: string
  readonly since: Date
  readonly scopes: readonly string[]
  readonly packages: number
  /** Whether what it publishes has to be signed by a key of its own, and by which it signs. */
  readonly mustSign: boolean
  readonly keys: readonly { readonly keyid: string; readonly since: Date }[]
  /** The operator lets it publish with fewer reviews. */
  readonly isTrusted: boolean
}

export async function findPublisher(knex: Knex, name: string): Promise<PublisherRow | undefined> {
  const row = await knex('publishers')
    .where({ name })
    .first({
      name: 'name',
      since: 'created_at',
      mustSign: 'requires_signature',
      isTrusted: knex.raw(
        `exists (select from publisher_roles r where r.publisher = publishers.name and r.role = 'trusted')`,
      ),
      keys: knex.raw(
        `coalesce((select json_agg(json_build_object('keyid', keyid, 'since', not_before) order by not_before desc)
           from (select * from publisher_keys k where k.publisher = publishers.name and k.revoked_at is null
                  order by not_before desc limit ${MAX_KEYS}) live), '[]')`,
      ),
      scopes: knex.raw(
        `array(select scope from publisher_scopes where publisher = publishers.name order by scope)`,
      ),
      packages: knex.raw(
        `(select count(*)::int from package_listings l where l.publisher = publishers.name and l.version is not null)`,
      ),
    })
  return row
}

/** The version that `latest` names, where it is shown. */
export async function shownVersionOf(knex: Knex, name: string): Promise<string | undefined> {
  const row = await knex('package_listings')
    .where({ name })
    .whereNotNull('version')
    .first<{ version: string } | undefined>('version')
  return row?.version
}
