import type { Manifest } from '@signalbox/sdk/manifest'
import type { Knex } from 'knex'
import { marketplaceErrors } from '../errors.ts'
import type { ContentStore } from '../ports.ts'
import { digestsOf } from '../publish/digests.ts'
import { readPolicy } from '../review/review-store.ts'
import { listRevokedVersions } from '../trust/revoked-author-key-store.ts'
import { listDistTags } from './dist-tag-store.ts'
import { findManifest, findTarball, listVersions } from './package-store.ts'
import { nextLatest } from './packument-change.ts'
import { findStanding, listReleases, type Release } from './version-standing-store.ts'

export interface AvailableVersions {
  /** Every version that may be installed anew, oldest first. */
  readonly versions: readonly string[]
  readonly distTags: Readonly<Record<string, string>>
}

export interface Withdrawn {
  readonly state: 'yanked' | 'blocked'
  readonly reason: string
}

export interface FetchedPackage {
  readonly tarball: Buffer
  /** `sha512-…` of the tarball, just checked against its bytes. */
  readonly integrity: string
  readonly publisher: string
  /** Which marketplace the version comes from. */
  readonly fingerprint: string
  readonly signature: string | null
  /** Key of `signature`. */
  readonly signatureKey: string | null
  /** The registry's statement of this version. */
  readonly release: string | null
}

/** What a host's registry installs from: the marketplace without HTTP. */
export class PackageSource {
  readonly #knex: Knex
  readonly #contents: ContentStore

  constructor(ports: { knex: Knex; contents: ContentStore }) {
    this.#knex = ports.knex
    this.#contents = ports.contents
  }

  async versions(name: string): Promise<AvailableVersions | undefined> {
    const all = await listVersions(this.#knex, name)
    if (all.length === 0) return undefined
    const revoked = await listRevokedVersions(this.#knex, name)
    const versions = all.filter((version) => !revoked.has(version))
    return { versions, distTags: tagsOf(versions, await listDistTags(this.#knex, name), revoked) }
  }

  /** Why a version is not to be installed anew, or not to run at all; undefined: nothing was said against it. */
  async withdrawn(name: string, version: string): Promise<Withdrawn | undefined> {
    const standing = await findStanding(this.#knex, name, version)
    if (standing === undefined) return undefined
    const { state, reason } = standing
    return state === 'yanked' || state === 'blocked' ? { state, reason: reason ?? '' } : undefined
  }

  /** Since when the key that a version's author signed it by counts for nothing; undefined: it is good for it. */
  async keyRevokedAt(name: string, version: string): Promise<Date | undefined> {
    return (await listRevokedVersions(this.#knex, name)).get(version)
  }

  /** What was let through, the newest first, withdrawn or not; and what the tag `latest` leads to. */
  async releases(
    name: string,
  ): Promise<{ readonly latest: string | undefined; readonly all: readonly Release[] }> {
    const latest = (await this.versions(name))?.distTags['latest']
    return { latest, all: await listReleases(this.#knex, name) }
  }

  /** How old a release has to be before any host takes it by itself; in hours. */
  async minimumReleaseAgeHours(): Promise<number> {
    return (await readPolicy(this.#knex)).minimumReleaseAgeHours
  }

  /** Of a version in whatever state, those that wait for review included. */
  async manifest(name: string, version: string): Promise<Manifest | undefined> {
    return findManifest(this.#knex, name, version)
  }

  /** @throws `MKT_CONTENT_CORRUPT` when the stored bytes are not what was published. */
  async fetch(name: string, version: string): Promise<FetchedPackage | undefined> {
    const stored = await findTarball(this.#knex, name, version)
    if (stored === undefined) return undefined
    const tarball = await this.#contents.get(stored.sha256)
    const isIntact =
      tarball !== undefined && (await digestsOf(tarball)).integrity === stored.integrity
    if (!isIntact) {
      throw marketplaceErrors.create('CONTENT_CORRUPT', { package: `${name}@${version}` })
    }
    const { sha256: _, ...rest } = stored
    return { tarball, ...rest }
  }
}

/**
 * As where a version is yanked: no tag leads to one whose author's key was revoked, and `latest` goes to the highest release
 * that is left. Where none is it stays: who follows it is told why.
 */
function tagsOf(
  left: readonly string[],
  distTags: AvailableVersions['distTags'],
  revoked: ReadonlyMap<string, Date>,
): AvailableVersions['distTags'] {
  const entries = Object.entries(distTags).flatMap(([tag, version]): [string, string][] => {
    if (!revoked.has(version)) return [[tag, version]]
    return tag === 'latest' ? [[tag, nextLatest(left) ?? version]] : []
  })
  return Object.fromEntries(entries)
}
