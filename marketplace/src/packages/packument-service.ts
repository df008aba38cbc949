import { createHash } from 'node:crypto'
import type { Knex } from 'knex'
import { marketplaceErrors } from '../errors.ts'
import type { ContentStore } from '../ports.ts'
import { BatchedLookup } from './batched-lookup.ts'
import { type PackageName, versionOfTarball } from './package-name.ts'
import { findTarball, loadPackage, readRevisions } from './package-store.ts'
import { abbreviatedPackument, fullPackument } from './packument.ts'
import { PackumentCache } from './packument-cache.ts'
import { matchesEtag, type PackumentForm, packumentEtag } from './revision.ts'
import { findProvenance } from './version-standing-store.ts'

/** Some hundred packuments of ordinary size; a fixed part of the host's heap. */
const CACHE_BYTES = 32 * 1024 * 1024

export interface PackumentRequest {
  readonly name: PackageName
  readonly form: PackumentForm
  /** Base of the tarball URLs. */
  readonly baseUrl: string
  readonly ifNoneMatch: string | undefined
}

export type PackumentAnswer =
  | { readonly kind: 'unchanged'; readonly etag: string }
  | { readonly kind: 'packument'; readonly etag: string; readonly body: Buffer }

/** What reading clients get. An indexed look-up says whether the cached text is still true. */
export class PackumentService {
  readonly #knex: Knex
  readonly #contents: ContentStore
  readonly #revisions: BatchedLookup<string>
  readonly #builds = new Map<string, Promise<PackumentAnswer>>()
  readonly #cache = new PackumentCache(CACHE_BYTES)

  constructor(ports: { knex: Knex; contents: ContentStore }) {
    this.#knex = ports.knex
    this.#contents = ports.contents
    this.#revisions = new BatchedLookup((names) => readRevisions(ports.knex, names))
  }

  /** @throws `MKT_PACKAGE_NOT_FOUND` */
  async packument(request: PackumentRequest): Promise<PackumentAnswer> {
    const { name, form, baseUrl, ifNoneMatch } = request
    const rev = await this.#revisions.get(name.full)
    if (rev === undefined) throw notFound(name.full)
    const baseHash = createHash('sha256').update(baseUrl).digest('hex').slice(0, 8)
    const etag = packumentEtag(rev, form, baseHash)
    if (matchesEtag(ifNoneMatch, etag)) return { kind: 'unchanged', etag }
    const key = `${form} ${baseUrl} ${name.full}`
    const cached = this.#cache.get(key, rev)
    if (cached !== undefined) return { kind: 'packument', etag, body: cached }
    return this.#buildOnce(`${rev} ${key}`, () => this.#build(request, key, baseHash))
  }

  /** After a publish every reader misses the cache at once: one builds, the others of that revision wait. */
  #buildOnce(id: string, build: () => Promise<PackumentAnswer>): Promise<PackumentAnswer> {
    const running = this.#builds.get(id)
    if (running !== undefined) return running
    const started = build().finally(() => this.#builds.delete(id))
    this.#builds.set(id, started)
    return started
  }

  async #build(
    { name, form, baseUrl }: PackumentRequest,
    key: string,
    baseHash: string,
  ): Promise<PackumentAnswer> {
    const stored = await loadPackage(this.#knex, name)
    if (stored === undefined || stored.versions.length === 0) throw notFound(name.full)
    const build = form === 'full' ? fullPackument : abbreviatedPackument
    const body = Buffer.from(JSON.stringify(build(stored, baseUrl)))
    this.#cache.set(key, stored.rev, body)
    return { kind: 'packument', etag: packumentEtag(stored.rev, form, baseHash), body }
  }

  /** @throws `MKT_PACKAGE_NOT_FOUND` */
  async tarball(
    name: PackageName,
    file: string,
  ): Promise<{ bytes: Buffer; integrity: string; version: string }> {
    const version = versionOfTarball(name, file)
    const stored =
      version === undefined ? undefined : await findTarball(this.#knex, name.full, version)
    if (version === undefined || stored === undefined) {
      throw notFound(`${name.full}/-/${file.slice(0, 120)}`)
    }
    const bytes = await this.#contents.get(stored.sha256)
    if (bytes === undefined) {
      throw marketplaceErrors.create('CONTENT_CORRUPT', { package: `${name.full}@${version}` })
    }
    return { bytes, integrity: stored.integrity, version }
  }

  /** @throws `MKT_PACKAGE_NOT_FOUND` when there is no such version, or none with provenance. */
  async attestations(name: PackageName, version: string) {
    const found = await findProvenance(this.#knex, name.full, version)
    if (found === undefined) throw notFound(`the provenance of ${name.full}@${version}`)
    return { attestations: [{ predicateType: found.type, bundle: JSON.parse(found.bundle) }] }
  }
}

function notFound(what: string): Error {
  return marketplaceErrors.create('PACKAGE_NOT_FOUND', { package: what })
}
