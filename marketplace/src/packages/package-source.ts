import type { Knex } from 'knex'
import { marketplaceErrors } from '../errors.ts'
import type { ContentStore } from '../ports.ts'
import { digestsOf } from '../publish/digests.ts'
import { findTarball, listDistTags, listVersions } from './package-store.ts'

export interface AvailableVersions {
  /** Every published version, oldest first. */
  readonly versions: readonly string[]
  readonly distTags: Readonly<Record<string, string>>
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
    const versions = await listVersions(this.#knex, name)
    if (versions.length === 0) return undefined
    return { versions, distTags: await listDistTags(this.#knex, name) }
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
