import { createHash } from 'node:crypto'
import { CHUNK_BYTES } from '@signalbox/sdk/host-calls/byte-part'
import type { Knex } from 'knex'

/**
 * A run of chunks, all of `CHUNK_BYTES` but the last. It belongs to one blob or upload and to no other, ever; where bytes of
 * chunks lie in another object of the same owner, they stay there as long as this one is.
 */
export interface BlobObject {
  readonly object: string
  readonly size: number
}

const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest()

/** Adds to the end; whoever calls it holds the lock of the owner, so that the end stays where it is. */
export async function appendChunks(
  trx: Knex.Transaction,
  { object, size }: BlobObject,
  bytes: Uint8Array,
): Promise<void> {
  const begun = size % CHUNK_BYTES
  let from = 0
  if (begun > 0 && bytes.length > 0) {
    from = Math.min(bytes.length, CHUNK_BYTES - begun)
    await fillChunk(trx, object, Math.floor(size / CHUNK_BYTES), bytes.subarray(0, from))
  }
  const rows: object[] = []
  let ordinal = Math.ceil(size / CHUNK_BYTES)
  for (; from < bytes.length; from += CHUNK_BYTES) {
    const chunk = Buffer.from(bytes.subarray(from, from + CHUNK_BYTES))
    rows.push({ object, ordinal: ordinal++, sha256: sha256(chunk), bytes: chunk })
  }
  if (rows.length > 0) await trx('blob_chunks').insert(rows)
}

async function fillChunk(
  trx: Knex.Transaction,
  object: string,
  ordinal: number,
  more: Uint8Array,
): Promise<void> {
  const begun = await readChunk(trx, object, ordinal)
  if (begun === undefined) throw new Error('an upload has lost its last chunk')
  const bytes = Buffer.concat([begun, more])
  await trx('blob_chunks')
    .where({ object, ordinal })
    .update({ sha256: sha256(bytes), bytes })
}

/**
 * One chunk after the other, from a byte on, each verified. At most one is in memory, and between two of them no
 * connection is held.
 * @returns undefined in place of a chunk that is not what was stored, or not there; then it ends
 */
export async function* chunksOf(
  knex: Knex,
  { object, size }: BlobObject,
  offset = 0,
  end = size,
): AsyncGenerator<Buffer | undefined> {
  for (let at = offset; at < end; ) {
    const ordinal = Math.floor(at / CHUNK_BYTES)
    const start = ordinal * CHUNK_BYTES
    const bytes = await readChunk(knex, object, ordinal)
    const length = Math.min(CHUNK_BYTES, size - start)
    if (bytes?.length !== length) {
      yield undefined
      return
    }
    yield bytes.subarray(at - start, end - start)
    at = start + CHUNK_BYTES
  }
}

async function readChunk(knex: Knex, object: string, ordinal: number): Promise<Buffer | undefined> {
  const row = await knex('whole_blob_chunks').where({ object, ordinal }).first('sha256', 'bytes')
  return row !== undefined && sha256(row.bytes).equals(row.sha256) ? row.bytes : undefined
}

/** @returns how many were deleted; less than `limit`: none is left but those whose bytes another object has */
export async function deleteChunks(knex: Knex, object: string, limit: number): Promise<number> {
  const last = knex('blob_chunks as c')
    .where({ 'c.object': object })
    .whereNotExists(
      knex('blob_chunks as r')
        .whereRaw('r.source = c.object and r.source_ordinal = c.ordinal')
        .select(knex.raw('1')),
    )
    .orderBy('c.ordinal')
    .limit(limit)
  return knex('blob_chunks').where({ object }).whereIn('ordinal', last.select('c.ordinal')).delete()
}

export async function hasChunks(knex: Knex, object: string): Promise<boolean> {
  return (await knex('blob_chunks').where({ object }).first('ordinal')) !== undefined
}
