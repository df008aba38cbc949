import { createHash } from 'node:crypto'
import {
  type AskedComposePart,
  type ComposedPart,
  composedParts,
} from '@signalbox/sdk/host-calls/compose-rules'
import type { Knex } from 'knex'
import { coreErrors } from '../errors.ts'
import type { FairTurns } from '../storage/fair-turns.ts'
import { type BlobOwner, ownerKey } from './blob-owner.ts'
import type { BlobService } from './blob-service.ts'
import { findBlobs, type StoredBlob } from './blob-store.ts'
import { type ComposedPiece, composedPieces } from './composed-pieces.ts'
import { HASHED_INSIDE_BYTES, INSIDE, type ObjectDigest } from './object-digests.ts'
import { intactPieces, pieceBindings, pieceTable, type StoredObjects } from './piece-table.ts'

/** Asked for, signed about, and never again; each costs some 400 bytes. */
const MAX_KNOWN = 2000

interface Ports {
  readonly knex: Knex
  readonly turns: Pick<FairTurns, 'take'>
  readonly blobs: Pick<BlobService, 'stream'>
}

export interface DigestedParts {
  readonly size: number
  readonly digests: ReadonlyMap<ObjectDigest, Buffer>
}

/** Parts of an owner's blobs, which are there. */
interface FoundParts {
  readonly owner: BlobOwner
  readonly parts: readonly ComposedPart[]
  readonly stored: ReadonlyMap<string, StoredBlob>
  readonly size: number
}

/**
 * Digests of what parts of blobs would make, without making it: a PDF is signed over what is around its signature.
 * What was found is remembered by the parts, whose names and bytes say what it is for whoever has them.
 */
export class PartDigests {
  readonly #ports: Ports
  readonly #known = new Map<string, Buffer>()

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** @throws CORE_BLOB_MISSING, CORE_BLOB_RANGE, CORE_BLOB_UPLOAD_TOO_LARGE, CORE_BLOB_CORRUPT */
  async of(
    owner: BlobOwner,
    asked: readonly AskedComposePart[],
    names: readonly ObjectDigest[],
    signal: AbortSignal,
  ): Promise<DigestedParts> {
    const { knex } = this.#ports
    const named = [...new Set(asked.flatMap((part) => ('data' in part ? [] : [part.sha256])))]
    const stored = await this.#turn(owner, () => findBlobs(knex, owner, named))
    const sizes = new Map([...stored].map(([sha256, { size }]) => [sha256, size]))
    const { parts, size } = composedParts(owner, asked, sizes)
    const key = createHash('sha256').update(JSON.stringify(asked)).digest('base64')
    const digests = new Map<ObjectDigest, Buffer>()
    for (const name of names) {
      const known = this.#known.get(`${name} ${key}`)
      if (known !== undefined) digests.set(name, known)
    }
    const found = { owner, parts, stored, size }
    const missing = names.filter((name) => !digests.has(name))
    const isSmall = size <= HASHED_INSIDE_BYTES
    await this.#inside(
      found,
      missing.filter((name) => isSmall && INSIDE.has(name)),
      digests,
    )
    await this.#outside(
      found,
      missing.filter((name) => !digests.has(name)),
      digests,
      signal,
    )
    this.#remember(key, digests)
    return { size, digests }
  }

  /** Where the bytes are. */
  async #inside(
    { owner, parts, stored, size }: FoundParts,
    names: readonly ObjectDigest[],
    into: Map<ObjectDigest, Buffer>,
  ): Promise<void> {
    if (names.length === 0) return
    const { knex } = this.#ports
    const pieces = composedPieces(parts)
    const found = await this.#turn(owner, () => hashPieces(knex, { pieces, size }, stored, names))
    if (found === undefined) {
      const [sha256 = ''] = stored.keys()
      throw coreErrors.create('BLOB_CORRUPT', { sha256 })
    }
    for (const [index, name] of names.entries()) into.set(name, found[index] as Buffer)
  }

  /** Chunk by chunk, read out. */
  async #outside(
    { owner, parts, stored }: FoundParts,
    names: readonly ObjectDigest[],
    into: Map<ObjectDigest, Buffer>,
    signal: AbortSignal,
  ): Promise<void> {
    if (names.length === 0) return
    const hashes = names.map((name) => createHash(name))
    for (const part of parts) {
      for await (const piece of this.#bytesOf(owner, part, stored)) {
        signal.throwIfAborted()
        for (const hash of hashes) hash.update(piece)
      }
    }
    for (const [index, name] of names.entries()) into.set(name, hashes[index]?.digest() as Buffer)
  }

  async *#bytesOf(
    owner: BlobOwner,
    part: ComposedPart,
    stored: ReadonlyMap<string, StoredBlob>,
  ): AsyncGenerator<Buffer> {
    if ('bytes' in part) {
      yield part.bytes
      return
    }
    const blob = stored.get(part.sha256)
    if (blob === undefined) throw new Error('a part of no blob was let through')
    yield* this.#ports.blobs.stream(owner, blob, part.offset, part.offset + part.length)
  }

  #turn<Result>(owner: BlobOwner, work: () => Promise<Result>): Promise<Result> {
    return this.#ports.turns.take(ownerKey(owner), work)
  }

  #remember(key: string, digests: ReadonlyMap<ObjectDigest, Buffer>): void {
    for (const [name, digest] of digests) this.#known.set(`${name} ${key}`, digest)
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= MAX_KNOWN) break
      this.#known.delete(oldest)
    }
  }
}

async function hashPieces(
  knex: Knex,
  { pieces, size }: { readonly pieces: readonly ComposedPiece[]; readonly size: number },
  stored: StoredObjects,
  names: readonly ObjectDigest[],
): Promise<readonly Buffer[] | undefined> {
  const digests = names.map((name) => `${name}(coalesce(bytes, ''::bytea)) as ${name}`).join(', ')
  const { rows } = await knex.raw<{ rows: Record<string, Buffer | boolean>[] }>(
    `with ${pieceTable}
     select coalesce(is_intact, true) and coalesce(octet_length(bytes), 0) = ? as is_whole, ${digests}
       from (select ${intactPieces}) as whole`,
    [...pieceBindings(pieces, stored), size],
  )
  const [row] = rows
  return row?.is_whole === true ? names.map((name) => row[name] as Buffer) : undefined
}
