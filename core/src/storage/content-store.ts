import { createHash } from 'node:crypto'
import type { Knex } from 'knex'
import { coreErrors } from '../errors.ts'

/**
 * Bytes by the SHA-256 of themselves: tarballs, bundles, assets. In PostgreSQL, so that one transaction
 * covers a publish and its bytes, and every node reads what any node stored.
 */
export interface ContentStore {
  /**
   * Keeps `bytes` and returns their name. The same bytes may be put any number of times, by anyone at once; where what
   * is stored of them was damaged since, it is whole again.
   */
  put(bytes: Uint8Array, trx?: Knex): Promise<string>
  /** @throws CORE_CONTENT_CORRUPT when what is stored is not what its name says. */
  get(sha256: string, trx?: Knex): Promise<Buffer | undefined>
  /**
   * A chunk at a time, each read when it is asked for: no connection is held meanwhile. What is stored of them is held to its
   * name before the last chunk is handed out; where it is not what that says, this ends in CORE_CONTENT_CORRUPT.
   */
  read(sha256: string): Promise<AsyncIterable<Buffer> | undefined>
  has(sha256: string, trx?: Knex): Promise<boolean>
}

/** A chunk is held in memory twice while it travels; PostgreSQL compresses and stores a row of this size well. */
export const CONTENT_CHUNK_BYTES = 1024 * 1024

/** SHA-256 of bytes; the host passes one that leaves its own thread alone when they are many. */
export type Sha256 = (bytes: Uint8Array) => Promise<Uint8Array>

export function createContentStore(knex: Knex, sha256: Sha256 = sha256Here): ContentStore {
  const hashOf = async (bytes: Uint8Array) => Buffer.from(await sha256(bytes)).toString('hex')
  return Object.freeze({
    put: async (bytes: Uint8Array, trx?: Knex) => {
      // Before the transaction, which holds a connection.
      const name = await hashOf(bytes)
      return trx
        ? put(trx, hashOf, name, bytes)
        : knex.transaction((own) => put(own, hashOf, name, bytes))
    },
    get: async (name: string, trx?: Knex) => {
      const bytes = await get(trx ?? knex, name)
      if (bytes !== undefined && (await hashOf(bytes)) !== name) {
        throw coreErrors.create('CONTENT_CORRUPT', { sha256: name })
      }
      return bytes
    },
    read: async (sha256: string) => {
      const content = await knex('contents').where({ sha256 }).first('size')
      return content === undefined ? undefined : chunksOf(knex, sha256, Number(content.size))
    },
    has: (sha256: string, trx?: Knex) => has(trx ?? knex, sha256),
  })
}

async function put(
  trx: Knex,
  hashOf: (bytes: Uint8Array) => Promise<string>,
  sha256: string,
  bytes: Uint8Array,
): Promise<string> {
  // Whoever inserts this row writes the chunks; a second writer waits here for the first one's commit,
  // and writes them itself if the first one failed.
  const inserted = await trx('contents')
    .insert({ sha256, size: bytes.length })
    .onConflict('sha256')
    .ignore()
    .returning('sha256')
  if (inserted.length === 0) {
    // Read and hashed once more by whoever publishes or installs what is known: seldom, and the only way but a backup
    // in which damaged bytes come back, for all versions that share them.
    const stored = await get(trx, sha256)
    if (stored !== undefined && (await hashOf(stored)) === sha256) return sha256
    await trx('contents').where({ sha256 }).update({ size: bytes.length })
    await trx('content_chunks').where({ sha256 }).delete()
  }
  for (let ordinal = 0; ordinal * CONTENT_CHUNK_BYTES < bytes.length; ordinal++) {
    const start = ordinal * CONTENT_CHUNK_BYTES
    const chunk = Buffer.from(bytes.subarray(start, start + CONTENT_CHUNK_BYTES))
    await trx('content_chunks').insert({ sha256, ordinal, bytes: chunk })
  }
  return sha256
}

async function get(knex: Knex, sha256: string): Promise<Buffer | undefined> {
  const content = await knex('contents').where({ sha256 }).first('size')
  if (!content) return undefined
  const chunks: { bytes: Buffer }[] = await knex('content_chunks')
    .where({ sha256 })
    .orderBy('ordinal')
    .select('bytes')
  return Buffer.concat(chunks.map((chunk) => chunk.bytes))
}

/**
 * One chunk of what is stored, unverified: the caller holds it to a digest of its own.
 * @throws CORE_CONTENT_CORRUPT where it is not there
 */
export async function readContentChunk(
  knex: Knex,
  sha256: string,
  ordinal: number,
): Promise<Buffer> {
  const row = await knex('content_chunks').where({ sha256, ordinal }).first('bytes')
  if (row === undefined) throw coreErrors.create('CONTENT_CORRUPT', { sha256 })
  return row.bytes
}

async function* chunksOf(knex: Knex, sha256: string, size: number): AsyncGenerator<Buffer> {
  const hash = createHash('sha256')
  const count = Math.ceil(size / CONTENT_CHUNK_BYTES)
  for (let ordinal = 0; ordinal < count; ordinal++) {
    const chunk = await readContentChunk(knex, sha256, ordinal)
    hash.update(chunk)
    if (ordinal === count - 1 && hash.digest('hex') !== sha256) {
      throw coreErrors.create('CONTENT_CORRUPT', { sha256 })
    }
    yield chunk
  }
}

async function has(knex: Knex, sha256: string): Promise<boolean> {
  return (await knex('contents').where({ sha256 }).first('sha256')) !== undefined
}

async function sha256Here(bytes: Uint8Array): Promise<Uint8Array> {
  return createHash('sha256').update(bytes).digest()
}
