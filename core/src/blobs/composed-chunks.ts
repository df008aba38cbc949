import type { Knex } from 'knex'
import type { ComposedPiece } from './composed-pieces.ts'
import { intactPieces, pieceBindings, pieceTable, type StoredObjects } from './piece-table.ts'

/**
 * Writes whole chunks of a new object out of pieces of stored ones, which are verified and never leave PostgreSQL.
 * @param pieces all those of their chunks
 * @returns the name of a blob whose chunk is not there, or not what was stored
 */
export async function insertComposed(
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
