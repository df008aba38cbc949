import { CHUNK_BYTES } from '@signalbox/sdk/host-calls/byte-part'
import type { Knex } from 'knex'
import type { ComposedPiece } from './composed-pieces.ts'
import { intactPieces, pieceBindings, pieceTable, type StoredObjects } from './piece-table.ts'

/**
 * Writes whole chunks of a new object out of pieces of stored ones, which never leave PostgreSQL. What is a stored chunk from its
 * beginning to its end is shared with it, and verified where the object is hashed; of all others the pieces are verified and copied.
 * @param pieces all those of their chunks
 * @returns the name of a blob whose chunk is not there, or not what was stored
 */
export async function insertComposed(
  knex: Knex,
  object: string,
  pieces: readonly ComposedPiece[],
  stored: StoredObjects,
): Promise<string | undefined> {
  const shared = pieces.filter(isWholeChunk)
  const missing = shared.length === 0 ? undefined : await share(knex, object, shared, stored)
  if (missing !== undefined) return missing
  const copied = pieces.filter((piece) => !isWholeChunk(piece))
  return copied.length === 0 ? undefined : copy(knex, object, copied, stored)
}

type SharedPiece = Extract<ComposedPiece, { readonly sha256: string }>

function isWholeChunk(piece: ComposedPiece): piece is SharedPiece {
  return 'sha256' in piece && piece.from === 0 && piece.length === CHUNK_BYTES
}

async function share(
  knex: Knex,
  object: string,
  pieces: readonly SharedPiece[],
  stored: StoredObjects,
): Promise<string | undefined> {
  const { rows } = await knex.raw<{ rows: { ordinal: number }[] }>(
    `insert into blob_chunks (object, ordinal, sha256, source, source_ordinal)
     select ?::uuid, p.ordinal, c.sha256, c.holder, c.holder_ordinal
       from unnest(?::int[], ?::uuid[], ?::int[]) as p (ordinal, source, chunk)
       join whole_blob_chunks c on c.object = p.source and c.ordinal = p.chunk
     returning ordinal`,
    [
      object,
      pieces.map(({ ordinal }) => ordinal),
      pieces.map(({ sha256 }) => stored.get(sha256)?.object ?? null),
      pieces.map(({ chunk }) => chunk),
    ] as unknown as Knex.RawBinding[],
  )
  const made = new Set(rows.map(({ ordinal }) => ordinal))
  return pieces.find(({ ordinal }) => !made.has(ordinal))?.sha256
}

async function copy(
  knex: Knex,
  object: string,
  pieces: readonly ComposedPiece[],
  stored: StoredObjects,
): Promise<string | undefined> {
  const { rows } = await knex.raw<{ rows: { ordinal: number; length: number }[] }>(
    `with ${pieceTable}
     insert into blob_chunks (object, ordinal, sha256, bytes)
     select ?::uuid, ordinal, sha256(bytes), bytes
       from (select p.ordinal, ${intactPieces} group by p.ordinal) as made
      where is_intact
     returning ordinal, octet_length(bytes) as length`,
    [...pieceBindings(pieces, stored), object],
  )
  const made = new Map(rows.map(({ ordinal, length }) => [ordinal, length]))
  return firstFault(pieces, made)
}

function firstFault(
  pieces: readonly ComposedPiece[],
  made: ReadonlyMap<number, number>,
): string | undefined {
  for (const [index, piece] of pieces.entries()) {
    const isLast = pieces[index + 1]?.ordinal !== piece.ordinal
    const length = 'bytes' in piece ? piece.bytes.length : piece.length
    const isWhole = !isLast || made.get(piece.ordinal) === piece.at + length
    if (isWhole) continue
    const source = pieces.find((one) => one.ordinal === piece.ordinal && 'sha256' in one)
    return source !== undefined && 'sha256' in source ? source.sha256 : ''
  }
  return undefined
}
