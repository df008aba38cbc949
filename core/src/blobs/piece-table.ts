import type { Knex } from 'knex'
import type { StoredBlob } from './blob-store.ts'
import type { ComposedPiece } from './composed-pieces.ts'

/** Blobs by name, of the one owner. */
export type StoredObjects = ReadonlyMap<string, Pick<StoredBlob, 'object'>>

/** Pieces as rows of a statement; with `pieceBindings`. */
export const pieceTable = `piece as (
  select * from unnest(?::int[], ?::int[], ?::uuid[], ?::int[], ?::int[], ?::int[], ?::bytea[])
    as p (ordinal, at, source, chunk, start, length, given))`

/** Their bytes, joined, and whether each stored chunk is what was stored. A substring of bytea begins at 1. */
export const intactPieces = `
  string_agg(coalesce(p.given, substring(c.bytes from p.start + 1 for p.length)),
             ''::bytea order by p.ordinal, p.at) as bytes,
  bool_and(coalesce(p.given is not null or c.sha256 = sha256(c.bytes), false)) as is_intact
    from piece p
    left join whole_blob_chunks c on c.object = p.source and c.ordinal = p.chunk`

export function pieceBindings(
  pieces: readonly ComposedPiece[],
  stored: StoredObjects,
): Knex.RawBinding[] {
  const taken = pieces.map((piece) =>
    'bytes' in piece
      ? { object: null, chunk: null, from: null, length: piece.bytes.length, bytes: piece.bytes }
      : { ...piece, object: stored.get(piece.sha256)?.object ?? null, bytes: null },
  )
  const columns = [
    pieces.map(({ ordinal }) => ordinal),
    pieces.map(({ at }) => at),
    taken.map((piece) => piece.object),
    taken.map(({ chunk }) => chunk),
    taken.map(({ from }) => from),
    taken.map(({ length }) => length),
    taken.map(({ bytes }) => bytes),
  ]
  return columns as unknown as Knex.RawBinding[]
}
