import { createHash } from 'node:crypto'
import { CHUNK_BYTES } from '@signalbox/sdk/host-calls/byte-part'
import type { Knex } from 'knex'
import type { BlobObject } from './blob-chunks.ts'

export type ObjectDigest = 'sha256' | 'sha384' | 'sha512' | 'sm3'

/**
 * PostgreSQL hashes up to here by itself, in one value of at most so many bytes: 5 MB in 10 ms, where reading them out takes
 * 60. Six such statements at once (FairTurns) are what its memory has to bear.
 */
export const HASHED_INSIDE_BYTES = 8 * 1024 * 1024

/** PostgreSQL has no SM3. */
export const INSIDE: ReadonlySet<ObjectDigest> = new Set(['sha256', 'sha384', 'sha512'])

/** Chunks of one read: a megabyte, and as much again in hexadecimal on its way. */
const READ_CHUNKS = 6

type Turn = <Result>(work: () => Promise<Result>) => Promise<Result>

interface Reading {
  /** Around each statement. */
  readonly turn: Turn
  readonly signal: AbortSignal
}

/**
 * Digests of all its bytes, each chunk verified.
 * @returns undefined: chunks are missing, or are not what was stored
 */
export async function objectDigests<Name extends ObjectDigest>(
  knex: Knex,
  object: BlobObject,
  names: readonly Name[],
  { turn, signal }: Reading,
): Promise<ReadonlyMap<Name, Buffer> | undefined> {
  const isSmall = object.size <= HASHED_INSIDE_BYTES
  const inside = isSmall ? names.filter((name) => INSIDE.has(name)) : []
  const outside = names.filter((name) => !inside.includes(name))
  const found = new Map<Name, Buffer>()
  if (inside.length > 0) {
    const digests = await turn(() => hashInside(knex, object, inside))
    if (digests === undefined) return undefined
    for (const [index, name] of inside.entries()) found.set(name, digests[index] as Buffer)
  }
  if (outside.length === 0) return found
  const hashes = outside.map((name) => createHash(name))
  const chunks = Math.ceil(object.size / CHUNK_BYTES)
  for (let from = 0; from < chunks; from += READ_CHUNKS) {
    signal.throwIfAborted()
    const bytes = await turn(() => readChunks(knex, object, from))
    if (bytes === undefined) return undefined
    for (const hash of hashes) hash.update(bytes)
  }
  for (const [index, name] of outside.entries()) found.set(name, hashes[index]?.digest() as Buffer)
  return found
}

async function hashInside(
  knex: Knex,
  { object, size }: BlobObject,
  names: readonly ObjectDigest[],
): Promise<readonly Buffer[] | undefined> {
  const digests = names.map((name) => `${name}(bytes) as ${name}`).join(', ')
  const { rows } = await knex.raw<{ rows: Record<string, Buffer | boolean>[] }>(
    `select is_intact and octet_length(bytes) = ? as is_whole, ${digests}
       from (select coalesce(string_agg(bytes, ''::bytea order by ordinal), ''::bytea) as bytes,
                    coalesce(bool_and(sha256 = sha256(bytes)), true) as is_intact
               from whole_blob_chunks where object = ?) as whole`,
    [size, object],
  )
  const [row] = rows
  return row?.is_whole === true ? names.map((name) => row[name] as Buffer) : undefined
}

/** The chunks from an ordinal on, joined and verified. */
async function readChunks(
  knex: Knex,
  { object, size }: BlobObject,
  from: number,
): Promise<Buffer | undefined> {
  const rows: { sha256: Buffer; bytes: Buffer }[] = await knex('whole_blob_chunks')
    .where({ object })
    .whereBetween('ordinal', [from, from + READ_CHUNKS - 1])
    .orderBy('ordinal')
    .select('sha256', 'bytes')
  const isIntact = rows.every(({ sha256, bytes }) =>
    createHash('sha256').update(bytes).digest().equals(sha256),
  )
  const bytes = Buffer.concat(rows.map((row) => row.bytes))
  const start = from * CHUNK_BYTES
  const expected = Math.min(size - start, READ_CHUNKS * CHUNK_BYTES)
  return isIntact && bytes.length === expected ? bytes : undefined
}
