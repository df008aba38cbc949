import { createHash } from 'node:crypto'
import type { Knex } from 'knex'
import { marketplaceErrors } from '../errors.ts'
import { type Coding, encode, MIN_CODED_BYTES } from './content-coding.ts'
import type { KnownRevisions } from './known-revisions.ts'
import type { PackageName } from './package-name.ts'
import { loadPackage } from './package-store.ts'
import { abbreviatedPackument, fullPackument } from './packument.ts'
import { matchesEtag, type PackumentForm, packumentEtag } from './revision.ts'
import { RevisionCache } from './revision-cache.ts'
import { findProvenance } from './version-standing-store.ts'

/** Some thousand packuments of ordinary size; a fixed part of the host's heap. */
const CACHE_BYTES = 32 * 1024 * 1024

/** Bases of URLs: one of a host, or the few names it is reached by. Who makes up others only makes it count anew. */
const MAX_BASES = 100

export interface PackumentRequest {
  readonly name: PackageName
  readonly form: PackumentForm
  readonly coding: Coding
  /** Base of the tarball URLs. */
  readonly baseUrl: string
  readonly ifNoneMatch: string | undefined
}

export interface Packument {
  readonly kind: 'packument'
  readonly rev: string
  readonly etag: string
  /** Of the body: a small one is sent as it is. */
  readonly coding: Coding
  readonly body: Buffer
}

export type PackumentAnswer = { readonly kind: 'unchanged'; readonly etag: string } | Packument

/** What reading clients get: the bytes of a revision are made once in each form, and sent as they are. */
export class PackumentService {
  readonly #knex: Knex
  readonly #revisions: KnownRevisions
  readonly #builds = new Map<string, Promise<Packument>>()
  readonly #cache = new RevisionCache<Packument>(CACHE_BYTES)
  readonly #baseHashes = new Map<string, string>()

  constructor(ports: { knex: Knex; revisions: KnownRevisions }) {
    this.#knex = ports.knex
    this.#revisions = ports.revisions
  }

  /** @throws `MKT_PACKAGE_NOT_FOUND` */
  async packument(request: PackumentRequest): Promise<PackumentAnswer> {
    const { name, form, coding, baseUrl, ifNoneMatch } = request
    const asked = this.#revisions.get(name.full)
    const rev = typeof asked === 'string' ? asked : await asked
    if (rev === undefined) throw notFound(name.full)
    if (ifNoneMatch !== undefined) {
      const etag = packumentEtag(rev, form, this.#baseHash(baseUrl), coding)
      if (matchesEtag(ifNoneMatch, etag)) return { kind: 'unchanged', etag }
    }
    const cached = this.#cache.get(keyOf(request), rev)
    return cached ?? this.#made(request, rev)
  }

  /** After a publish every reader misses the cache at once: one builds, the others of that revision wait. */
  #made(request: PackumentRequest, rev: string): Promise<Packument> {
    const id = `${rev} ${keyOf(request)}`
    const running = this.#builds.get(id)
    if (running !== undefined) return running
    const started = this.#make(request, rev).finally(() => this.#builds.delete(id))
    this.#builds.set(id, started)
    return started
  }

  async #make(request: PackumentRequest, rev: string): Promise<Packument> {
    const made =
      request.coding === 'identity'
        ? await this.#build(request)
        : await this.#encoded(request, request.coding, rev)
    this.#cache.set(keyOf(request), made.rev, made, made.body.length)
    return made
  }

  /** Of what stands now: later than what was asked for, where something was published between the two. */
  async #build({ name, form, baseUrl }: PackumentRequest): Promise<Packument> {
    const stored = await loadPackage(this.#knex, name)
    if (stored === undefined || stored.versions.length === 0) throw notFound(name.full)
    const build = form === 'full' ? fullPackument : abbreviatedPackument
    const body = Buffer.from(JSON.stringify(build(stored, baseUrl)))
    const { rev } = stored
    const etag = packumentEtag(rev, form, this.#baseHash(baseUrl))
    return { kind: 'packument', rev, etag, coding: 'identity', body }
  }

  async #encoded(
    request: PackumentRequest,
    coding: Exclude<Coding, 'identity'>,
    asked: string,
  ): Promise<Packument> {
    const plainly = { ...request, coding: 'identity' } as const
    const plain = this.#cache.get(keyOf(plainly), asked) ?? (await this.#made(plainly, asked))
    const { rev } = plain
    const etag = packumentEtag(rev, request.form, this.#baseHash(request.baseUrl), coding)
    if (plain.body.length < MIN_CODED_BYTES) return { ...plain, etag }
    return { kind: 'packument', rev, etag, coding, body: await encode(plain.body, coding) }
  }

  #baseHash(baseUrl: string): string {
    const known = this.#baseHashes.get(baseUrl)
    if (known !== undefined) return known
    const hash = createHash('sha256').update(baseUrl).digest('hex').slice(0, 8)
    if (this.#baseHashes.size >= MAX_BASES) this.#baseHashes.clear()
    this.#baseHashes.set(baseUrl, hash)
    return hash
  }

  /** @throws `MKT_PACKAGE_NOT_FOUND` when there is no such version, or none with provenance. */
  async attestations(name: PackageName, version: string) {
    const found = await findProvenance(this.#knex, name.full, version)
    if (found === undefined) throw notFound(`the provenance of ${name.full}@${version}`)
    return { attestations: [{ predicateType: found.type, bundle: JSON.parse(found.bundle) }] }
  }
}

function keyOf({ form, coding, baseUrl, name }: PackumentRequest): string {
  return `${form} ${coding} ${baseUrl} ${name.full}`
}

function notFound(what: string): Error {
  return marketplaceErrors.create('PACKAGE_NOT_FOUND', { package: what })
}
