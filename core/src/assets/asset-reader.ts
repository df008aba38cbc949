import { createHash } from 'node:crypto'
import { assetMissing, assetPart, requireAsset } from '@signalbox/sdk/host-calls/asset-rules'
import type { AskedPart } from '@signalbox/sdk/host-calls/byte-part'
import type { Knex } from 'knex'
import { coreErrors } from '../errors.ts'
import { findFile } from '../registry/registry-store.ts'
import type { InstalledVersion } from '../rollout/routing/snapshot.ts'
import { CONTENT_CHUNK_BYTES, readContentChunk } from '../storage/content-store.ts'
import type { FairTurns } from '../storage/fair-turns.ts'

/** Chunks of a megabyte that this node holds: tables that every call reads are read from PostgreSQL once. */
const MAX_CHUNKS = 32

/** Files whose chunks this node has verified; 32 bytes a chunk, and a package has at most 64 of them. */
const MAX_FILES = 4096

interface Asset {
  readonly sha256: string
  readonly size: number
  /** SHA-256 of each chunk, from when the whole was seen to be what its name says. */
  readonly digests: readonly Buffer[]
}

/**
 * Reads files of installed packages. Which there are and where their bytes are was written down when the version
 * was installed, by what the import process found: no tarball is opened here. What a package holds never changes,
 * so nothing that is held grows old.
 */
export class AssetReader {
  readonly #knex: Knex
  readonly #turns: FairTurns
  readonly #files = new Map<string, Promise<Asset>>()
  readonly #chunks = new Map<string, Buffer>()

  constructor(knex: Knex, turns: FairTurns) {
    this.#knex = knex
    this.#turns = turns
  }

  /** @throws CORE_INPUT_INVALID, CORE_ASSET_MISSING, CORE_ASSET_RANGE, CORE_ASSET_TOO_LARGE, CORE_CONTENT_CORRUPT */
  async read(of: InstalledVersion, path: string, asked: AskedPart): Promise<Buffer> {
    requireAsset(of, path)
    const asset = await this.#find(of, path)
    const part = assetPart(path, asset.size, asked)
    return this.#slice(of.plugin, asset, part.offset, part.offset + part.length)
  }

  /**
   * All of it, a chunk at a time: for the host itself, whose answers have no such limit as a guest's.
   * @param size as it was installed
   */
  async *whole(of: InstalledVersion, path: string, size: number): AsyncGenerator<Buffer> {
    const asset = await this.#find(of, path)
    for (let ordinal = 0; ordinal * CONTENT_CHUNK_BYTES < size; ordinal++) {
      yield await this.#chunk(of.plugin, asset, ordinal)
    }
  }

  async #slice(plugin: string, asset: Asset, start: number, end: number): Promise<Buffer> {
    const pieces: Buffer[] = []
    for (let at = start; at < end; ) {
      const ordinal = Math.floor(at / CONTENT_CHUNK_BYTES)
      const from = ordinal * CONTENT_CHUNK_BYTES
      const chunk = await this.#chunk(plugin, asset, ordinal)
      pieces.push(chunk.subarray(at - from, end - from))
      at = from + CONTENT_CHUNK_BYTES
    }
    return Buffer.concat(pieces)
  }

  #find(of: InstalledVersion, path: string): Promise<Asset> {
    const key = `${of.plugin}@${of.version} ${path}`
    const found = this.#files.get(key) ?? this.#verify(of, path)
    // Only what is there is held: what is asked for in vain pushes nothing out.
    found.catch(() => this.#files.delete(key))
    keep(this.#files, key, found, MAX_FILES)
    return found
  }

  /** Once a node and file: it reads all of it, and holds one chunk at a time. */
  async #verify(of: InstalledVersion, path: string): Promise<Asset> {
    const { plugin, version } = of
    const file = await this.#turns.take(plugin, () => findFile(this.#knex, plugin, version, path))
    if (file === undefined) throw assetMissing(of, path)
    const whole = createHash('sha256')
    const digests: Buffer[] = []
    for (let at = 0; at < file.size; at += CONTENT_CHUNK_BYTES) {
      const chunk = await this.#fetch(plugin, file.sha256, digests.length)
      whole.update(chunk)
      digests.push(sha256Of(chunk))
    }
    if (whole.digest('hex') !== file.sha256) throw corrupt(file.sha256)
    return { sha256: file.sha256, size: file.size, digests }
  }

  async #chunk(plugin: string, { sha256, digests }: Asset, ordinal: number): Promise<Buffer> {
    const key = `${sha256} ${ordinal}`
    const held = this.#chunks.get(key)
    const chunk = held ?? (await this.#fetch(plugin, sha256, ordinal))
    if (held === undefined && digests[ordinal]?.equals(sha256Of(chunk)) !== true) {
      throw corrupt(sha256)
    }
    keep(this.#chunks, key, chunk, MAX_CHUNKS)
    return chunk
  }

  #fetch(plugin: string, sha256: string, ordinal: number): Promise<Buffer> {
    return this.#turns.take(plugin, () => readContentChunk(this.#knex, sha256, ordinal))
  }
}

/** Least recently used first: what is asked for goes to the end. */
function keep<Value>(held: Map<string, Value>, key: string, value: Value, most: number): void {
  held.delete(key)
  held.set(key, value)
  if (held.size <= most) return
  const oldest = held.keys().next().value
  if (oldest !== undefined) held.delete(oldest)
}

function sha256Of(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}

function corrupt(sha256: string): Error {
  return coreErrors.create('CONTENT_CORRUPT', { sha256 })
}
