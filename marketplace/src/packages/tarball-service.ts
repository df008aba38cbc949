import type { Knex } from 'knex'
import { marketplaceErrors } from '../errors.ts'
import type { ContentStore } from '../ports.ts'
import type { KnownRevisions } from './known-revisions.ts'
import { type PackageName, versionOfTarball } from './package-name.ts'
import { findTarball, type StoredTarball } from './package-store.ts'
import { RevisionCache } from './revision-cache.ts'

/** Some thousand small plugins; a fixed part of the host's heap. */
const CACHE_BYTES = 32 * 1024 * 1024

/** What is larger is sent as it is read, a chunk at a time: a slow client of 20 MiB holds one of them. */
const MAX_KEPT_BYTES = 256 * 1024

/** What an entry takes without its bytes. */
const ENTRY_BYTES = 1024

export interface Tarball {
  readonly version: string
  readonly integrity: string
  readonly size: number
  readonly body: Buffer | AsyncIterable<Buffer>
}

interface Kept {
  readonly stored: StoredTarball
  readonly bytes: Buffer | undefined
}

/** A version's bytes never change, but whether they are given out does: with the revision of its package. */
export class TarballService {
  readonly #knex: Knex
  readonly #contents: ContentStore
  readonly #revisions: KnownRevisions
  readonly #cache = new RevisionCache<Kept>(CACHE_BYTES)

  constructor(ports: { knex: Knex; contents: ContentStore; revisions: KnownRevisions }) {
    this.#knex = ports.knex
    this.#contents = ports.contents
    this.#revisions = ports.revisions
  }

  /** @throws `MKT_PACKAGE_NOT_FOUND`, `MKT_CONTENT_CORRUPT` */
  async tarball(name: PackageName, file: string): Promise<Tarball> {
    const version = versionOfTarball(name, file)
    const asked = this.#revisions.get(name.full)
    const rev = typeof asked === 'string' ? asked : await asked
    if (version === undefined || rev === undefined) throw notFound(name, file)
    const key = `${name.full}@${version}`
    const kept = this.#cache.get(key, rev)
    if (kept?.bytes !== undefined) return answer(version, kept.stored, kept.bytes)
    const stored = kept?.stored ?? (await findTarball(this.#knex, name.full, version))
    if (stored === undefined) throw notFound(name, file)
    if (stored.size <= MAX_KEPT_BYTES) {
      const bytes = await this.#contents.get(stored.sha256)
      if (bytes === undefined) throw corrupt(key)
      this.#cache.set(key, rev, { stored, bytes }, bytes.length + ENTRY_BYTES)
      return answer(version, stored, bytes)
    }
    const body = await this.#contents.read(stored.sha256)
    if (body === undefined) throw corrupt(key)
    this.#cache.set(key, rev, { stored, bytes: undefined }, ENTRY_BYTES)
    return answer(version, stored, body)
  }
}

function answer(version: string, { integrity, size }: StoredTarball, body: Tarball['body']) {
  return { version, integrity, size, body }
}

function corrupt(spec: string): Error {
  return marketplaceErrors.create('CONTENT_CORRUPT', { package: spec })
}

function notFound(name: PackageName, file: string): Error {
  const what = `${name.full}/-/${file.slice(0, 120)}`
  return marketplaceErrors.create('PACKAGE_NOT_FOUND', { package: what })
}
