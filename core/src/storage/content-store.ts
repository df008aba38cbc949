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
  /** As `put`, of many, in few statements; @returns their names, in the order given. */
  putAll(contents: readonly Uint8Array[], trx?: Knex): Promise<readonly string[]>
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
  const putAll = async (contents: readonly Uint8Array[], trx?: Knex) => {
    // Before the transaction, which holds a connection.
    const names = await Promise.all(contents.map(hashOf))
    const named = new Map(contents.map((bytes, index) => [names[index] ?? '', bytes]))
    await (trx ? store(trx, named) : knex.transaction((own) => store(own, named)))
    return names
  }
  return Object.freeze({
    put: async (bytes: Uint8Array, trx?: Knex) => (await putAll([bytes], trx))[0] ?? '',
    putAll,
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

/** In one order everywhere: two transactions that share contents would otherwise wait for each other. */
async function store(trx: Knex, named: ReadonlyMap<string, Uint8Array>): Promise<void> {
  const rows = [...named].sort(([one], [other]) => (one < other ? -1 : 1))
  if (rows.length === 0) return
  // Whoever inserts a row writes its chunks; a second writer waits here for the first one's commit,
  // and writes them itself if the first one failed.
  const inserted: { sha256: string }[] = await trx('contents')
    .insert(rows.map(([sha256, { length }]) => ({ sha256, size: length })))
    .onConflict('sha256')
    .ignore()
    .returning('sha256')
  const isNew = new Set(inserted.map(({ sha256 }) => sha256))
  const known = rows.map(([sha256]) => sha256).filter((sha256) => !isNew.has(sha256))
  const whole = await wholeOf(trx, known)
  for (const [sha256, bytes] of rows) {
    if (whole.has(sha256)) continue
    if (!isNew.has(sha256)) await forget(trx, sha256, bytes.length)
    await insertChunks(trx, sha256, bytes)
  }
}

/**
 * Hashed once more for whoever publishes or installs what is known: the only way but a backup in which damaged bytes
 * come back, for all versions that share them. PostgreSQL does it, so that they do not travel.
 */
async function wholeOf(trx: Knex, names: readonly string[]): Promise<ReadonlySet<string>> {
  if (names.length === 0) return new Set()
  const { rows } = await trx.raw<{ rows: { sha256: string }[] }>(
    `select c.sha256 from contents c left join content_chunks k on k.sha256 = c.sha256
      where c.sha256 = any(?::text[]) group by c.sha256, c.size
     having encode(sha256(coalesce(string_agg(k.bytes, ''::bytea order by k.ordinal), '')), 'hex') = c.sha256
        and coalesce(sum(length(k.bytes)), 0) = c.size`,
    [[...names]],
  )
  return new Set(rows.map(({ sha256 }) => sha256))
}

async function forget(trx: Knex, sha256: string, size: number): Promise<void> {
  await trx('contents').where({ sha256 }).update({ size })
  await trx('content_chunks').where({ sha256 }).delete()
}

async function insertChunks(trx: Knex, sha256: string, bytes: Uint8Array): Promise<void> {
  for (let ordinal = 0; ordinal * CONTENT_CHUNK_BYTES < bytes.length; ordinal++) {
    const start = ordinal * CONTENT_CHUNK_BYTES
    const chunk = Buffer.from(bytes.subarray(start, start + CONTENT_CHUNK_BYTES))
    await trx('content_chunks').insert({ sha256, ordinal, bytes: chunk })
  }
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
