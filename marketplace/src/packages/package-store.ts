import type { Contract } from '@signalbox/sdk/contract'
import type { Finding } from '@signalbox/sdk/finding'
import type { Manifest } from '@signalbox/sdk/manifest'
import type { Knex } from 'knex'
import { shownPublisher } from '../mirror/shown-publisher.ts'
import { findScopeHolder } from '../publishers/publisher-store.ts'
import { chosenStates, type VersionState, visibleStates } from '../review/version-states.ts'
import type { SignedRelease } from '../trust/registry-keys.ts'
import { listDistTags } from './dist-tag-store.ts'
import { listMaintainers } from './maintainer-store.ts'
import type { PackageName } from './package-name.ts'
import type { PublishedVersion, StoredPackage } from './packument.ts'

/** With version-standing-store.ts and package-name-store.ts the only place with SQL of packages, package_versions and dist_tags, but for search. */

export interface NewVersion extends Omit<PublishedVersion, 'deprecation' | 'yanked' | 'signature'> {
  readonly name: string
  readonly state: VersionState
  readonly tarballSha256: string
  readonly size: number
  readonly manifest: object
  readonly contracts: object
  /** Of its settings, as JSON text; null: none is kept. */
  readonly configSchema: string | null
  readonly provenance: string | null
  readonly fingerprint: string
  readonly findings: readonly Finding[]
  /** What the registry signed; null: by a host without a key, or not before it is let through. */
  readonly signed: SignedRelease | null
  /** By which its author signed; null: he did not. */
  readonly authorKey: string | null
}

export interface PackageHead {
  readonly owner: string
  readonly rev: string
}

export async function findHead(knex: Knex, name: string): Promise<PackageHead | undefined> {
  return knex('packages').where({ name }).first<PackageHead | undefined>('owner', 'rev')
}

/** The revisions of those packages that exist. */
export async function readRevisions(
  knex: Knex,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows: { name: string; rev: string }[] = await knex('packages')
    .whereIn('name', [...names])
    .select('name', 'rev')
  return new Map(rows.map(({ name, rev }) => [name, rev]))
}

/** Holds the package's row to the end of the transaction: changes of one package follow one another. */
export async function lockHead(
  trx: Knex.Transaction,
  name: string,
): Promise<PackageHead | undefined> {
  return trx('packages').where({ name }).forUpdate().first<PackageHead | undefined>('owner', 'rev')
}

/** Makes the package unless it exists; a concurrent first publish is waited for. */
export async function ensurePackage(
  trx: Knex.Transaction,
  given: { name: string; owner: string; rev: string; at: Date },
): Promise<void> {
  const { name, owner, rev, at } = given
  await trx('packages')
    .insert({ name, owner, rev, created_at: at, modified_at: at })
    .onConflict('name')
    .ignore()
}

/** Told of with every revision that moves. It carries no name: it says that there is something to read anew. */
export const PACKAGES_CHANNEL = 'signalbox_packages'

/** What a packument is made of moves its package's revision, in the same transaction. */
export async function setRevision(
  trx: Knex.Transaction,
  given: { name: string; rev: string; at: Date },
): Promise<void> {
  await trx('packages')
    .where({ name: given.name })
    .update({ rev: given.rev, modified_at: given.at })
    .returning(trx.raw(`pg_notify('${PACKAGES_CHANNEL}', '')::text`))
}

/**
 * Packages of a scope are whose it is: those that another, or the operator, published before are its holder's now, and
 * say so in a new revision.
 * @returns their names, in one order
 */
export async function giveScopePackages(
  trx: Knex.Transaction,
  given: { scope: string; owner: string; random: Buffer; at: Date },
): Promise<readonly string[]> {
  const { scope, owner, random, at } = given
  const next = `(split_part(rev, '-', 1)::bigint + 1)::text || '-' || ?`
  const moved: { name: string }[] = await trx('packages')
    .whereRaw(`split_part(name, '/', 1) = ?`, [scope])
    .whereNot({ owner })
    .update({ owner, rev: trx.raw(next, [random.toString('hex')]), modified_at: at })
    .returning('name')
  if (moved.length > 0) await trx.raw('select pg_notify(?, ?)', [PACKAGES_CHANNEL, ''])
  return moved.map(({ name }) => name).sort()
}

/** What a packument of every version would have to hold, whatever state the versions are in. */
export async function measureVersions(
  trx: Knex.Transaction,
  name: string,
): Promise<{ count: number; bytes: number }> {
  const row = await trx('package_versions')
    .where({ name })
    .first<{ count: string; bytes: string }>(
      trx.raw('count(*) as count'),
      trx.raw('coalesce(sum(octet_length(package_json::text)), 0) as bytes'),
    )
  return { count: Number(row.count), bytes: Number(row.bytes) }
}

/** In any state: a withdrawn version's number stays taken. */
export async function isVersionTaken(knex: Knex, name: string, version: string): Promise<boolean> {
  return (await knex('package_versions').where({ name, version }).first('version')) !== undefined
}

/** @returns false when the version was published before. */
export async function insertVersion(trx: Knex.Transaction, given: NewVersion): Promise<boolean> {
  const inserted = await trx('package_versions')
    .insert({
      name: given.name,
      version: given.version,
      state: given.state,
      publisher: given.publisher,
      integrity: given.integrity,
      shasum: given.shasum,
      tarball_sha256: given.tarballSha256,
      size: given.size,
      unpacked_size: given.unpackedSize,
      file_count: given.fileCount,
      package_json: JSON.stringify(given.packageJson),
      manifest: JSON.stringify(given.manifest),
      contracts: JSON.stringify(given.contracts),
      config_schema: given.configSchema,
      readme: given.readme,
      provenance: given.provenance,
      provenance_type: given.provenanceType,
      fingerprint: given.fingerprint,
      findings: JSON.stringify(given.findings),
      signature: given.signed?.signature ?? null,
      signature_key: given.signed?.signatureKey ?? null,
      release: given.signed?.release ?? null,
      author_key: given.authorKey,
      published_at: given.publishedAt,
    })
    .onConflict(['name', 'version'])
    .ignore()
    .returning('version')
  return inserted.length === 1
}

/** Everything a packument needs, seen at one instant. */
export async function loadPackage(
  knex: Knex,
  name: PackageName,
): Promise<StoredPackage | undefined> {
  return knex.transaction(
    async (trx) => {
      const head = await trx('packages')
        .where({ name: name.full })
        .first<{ owner: string; rev: string; created_at: Date; modified_at: Date } | undefined>(
          'owner',
          'rev',
          'created_at',
          'modified_at',
        )
      const versions = head === undefined ? [] : await publishedVersions(trx, name.full)
      // A name of which nothing was ever let through does not exist for who reads.
      if (head === undefined || versions.length === 0) return undefined
      return {
        name,
        owners: await ownersOf(trx, name, head.owner),
        rev: head.rev,
        createdAt: head.created_at,
        modifiedAt: head.modified_at,
        versions,
        distTags: await listDistTags(trx, name.full),
      }
    },
    { isolationLevel: 'repeatable read', readOnly: true },
  )
}

/** Its holder first. A scoped package is its scope holder's, whoever published it first. */
export async function ownersOf(
  knex: Knex,
  name: PackageName,
  owner: string,
): Promise<readonly string[]> {
  const { scope, full } = name
  const holder = scope === undefined ? owner : ((await findScopeHolder(knex, scope)) ?? owner)
  return [...new Set([holder, ...(await listMaintainers(knex, full))])]
}

export async function setOwner(trx: Knex.Transaction, name: string, owner: string): Promise<void> {
  await trx('packages').where({ name }).update({ owner })
}

interface VersionRow {
  readonly version: string
  readonly state: VersionState
  readonly state_reason: string | null
  readonly publisher: string
  readonly integrity: string
  readonly shasum: string
  readonly unpacked_size: string
  readonly file_count: number
  readonly package_json: Record<string, unknown>
  readonly readme: string | null
  readonly deprecation: string | null
  readonly provenance_type: string | null
  readonly published_at: Date
  readonly signature: string | null
  readonly signature_key: string | null
}

async function publishedVersions(
  trx: Knex.Transaction,
  name: string,
): Promise<readonly PublishedVersion[]> {
  const rows: VersionRow[] = await trx('package_versions')
    .where({ name })
    .whereIn('state', visibleStates)
    .orderBy(['published_at', 'version'])
    .select(
      'version',
      'state',
      'state_reason',
      { publisher: trx.raw(shownPublisher()) },
      'integrity',
      'shasum',
      'unpacked_size',
      'file_count',
      'package_json',
      'readme',
      'deprecation',
      'provenance_type',
      'published_at',
      'signature',
      'signature_key',
    )
  return rows.map((row) => ({
    version: row.version,
    publisher: row.publisher,
    integrity: row.integrity,
    shasum: row.shasum,
    unpackedSize: Number(row.unpacked_size),
    fileCount: row.file_count,
    packageJson: row.package_json,
    readme: row.readme,
    deprecation: row.deprecation,
    provenanceType: row.provenance_type,
    publishedAt: row.published_at,
    yanked: row.state === 'yanked' ? (row.state_reason ?? '') : null,
    signature:
      row.signature === null || row.signature_key === null
        ? null
        : { keyid: row.signature_key, sig: row.signature },
  }))
}

export interface StoredTarball {
  readonly sha256: string
  readonly size: number
  readonly integrity: string
  readonly publisher: string
  readonly fingerprint: string
  readonly signature: string | null
  readonly signatureKey: string | null
  readonly release: string | null
}

/** What vouches for a version that can be installed. */
export async function findReleased(
  knex: Knex,
  name: string,
  version: string,
): Promise<
  | (Pick<StoredTarball, 'signature' | 'signatureKey' | 'release'> & { provenance: string | null })
  | undefined
> {
  return knex('package_versions')
    .where({ name, version })
    .whereIn('state', visibleStates)
    .first('signature', { signatureKey: 'signature_key' }, 'release', 'provenance')
}

export async function findTarball(
  knex: Knex,
  name: string,
  version: string,
): Promise<StoredTarball | undefined> {
  const row = await knex('package_versions')
    .where({ name, version })
    .whereIn('state', visibleStates)
    .first<StoredTarball | undefined>(
      'tarball_sha256 as sha256',
      'size',
      'integrity',
      'publisher',
      'fingerprint',
      'signature',
      'signature_key as signatureKey',
      'release',
    )
  return row === undefined ? undefined : { ...row, size: Number(row.size) }
}

/** What may be installed anew, oldest first. */
export async function listVersions(knex: Knex, name: string): Promise<readonly string[]> {
  return knex('package_versions')
    .where({ name })
    .whereIn('state', chosenStates)
    .orderBy(['published_at', 'version'])
    .pluck('version')
}

/** By service id; undefined: there is no such version. */
export async function findContracts(
  knex: Knex,
  name: string,
  version: string,
): Promise<Readonly<Record<string, Contract>> | undefined> {
  const row = await knex('package_versions').where({ name, version }).first('contracts')
  return row?.contracts
}

/** Of its settings; undefined: none is kept of the version. */
export async function findConfigSchema(
  knex: Knex,
  name: string,
  version: string,
): Promise<unknown> {
  const row = await knex('package_versions').where({ name, version }).first('config_schema')
  return typeof row?.config_schema === 'string' ? JSON.parse(row.config_schema) : undefined
}

/** What the checks found at its publish; undefined: there is no such version. */
export async function findFindings(
  knex: Knex,
  name: string,
  version: string,
): Promise<readonly Finding[] | undefined> {
  const row = await knex('package_versions').where({ name, version }).first('findings')
  return row?.findings
}

/** What the latest version of each package requires: name and ranges by name; the packages of at most 2,000. */
export async function listRequirements(
  knex: Knex,
): Promise<
  readonly { readonly name: string; readonly requires: Readonly<Record<string, string>> }[]
> {
  return knex('dist_tags as t')
    .join('package_versions as v', (join) => {
      join.on('v.name', 't.name').andOn('v.version', 't.version')
    })
    .where({ 't.tag': 'latest' })
    .whereIn('v.state', chosenStates)
    .whereRaw("v.manifest -> 'requires' is not null")
    .orderBy('t.name')
    .limit(2000)
    .select('t.name', knex.raw("v.manifest -> 'requires' as requires"))
}

export async function findManifest(
  knex: Knex,
  name: string,
  version: string,
): Promise<Manifest | undefined> {
  const row = await knex('package_versions').where({ name, version }).first('manifest')
  return row?.manifest
}
