import type { Knex } from 'knex'
import type { StoredBlob } from './blob-store.ts'
import type { ComposedPiece } from './composed-pieces.ts'

/**
 * Writes whole chunks of a new object out of pieces of stored ones, which are verified and never leave PostgreSQL.
 * @param pieces all those of their chunks
 * @returns the name of a blob whose chunk is not there, or not what was stored
 */
export async function insertComposed(
  knex: Knex,
  object: string,
  pieces: readonly ComposedPiece[],
  stored: ReadonlyMap<string, Pick<StoredBlob, 'object'>>,
): Promise<string | undefined> {
  const taken = pieces.map((piece) =>
    'bytes' in piece
      ? { object: null, chunk: null, from: null, length: piece.bytes.length, bytes: piece.bytes }
      : { ...piece, object: stored.get(piece.sha256)?.object ?? null, bytes: null },
  )
  const bindings = [
    pieces.map(({ ordinal }) => ordinal),
    pieces.map(({ at }) => at),
    taken.map((piece) => piece.object),
    taken.map(({ chunk }) => chunk),
    taken.map(({ from }) => from),
    taken.map(({ length }) => length),
    taken.map(({ bytes }) => bytes),
    object,
  ]
  // The order of the rows of unnest is that of the pieces; a substring of bytea begins at 1.
  const { rows } = await knex.raw<{ rows: { ordinal: number; length: number }[] }>(
    `with piece as (
       select * from unnest(?::int[], ?::int[], ?::uuid[], ?::int[], ?::int[], ?::int[], ?::bytea[])
         as p (ordinal, at, source, chunk, start, length, given))
     insert into blob_chunks (object, ordinal, sha256, bytes)
     select ?::uuid, ordinal, sha256(bytes), bytes
       from (select p.ordinal,
                    string_agg(coalesce(p.given, substring(c.bytes from p.start + 1 for p.length)),
                               ''::bytea order by p.at) as bytes,
                    bool_and(coalesce(p.given is not null or c.sha256 = sha256(c.bytes), false)) as is_intact
               from piece p
               left join blob_chunks c on c.object = p.source and c.ordinal = p.chunk
              group by p.ordinal) as made
      where is_intact
     returning ordinal, octet_length(bytes) as length`,
    bindings as unknown as Knex.RawBinding[],
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
