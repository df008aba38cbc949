import { randomUUID } from 'node:crypto'
import { DEFAULT_TYPE } from '@signalbox/sdk/host-calls/blob-rules'
import {
  type AskedComposePart,
  type ComposeDigest,
  type ComposeRequest,
  composedParts,
} from '@signalbox/sdk/host-calls/compose-rules'
import type { Knex } from 'knex'
import { coreErrors } from '../errors.ts'
import type { FairTurns } from '../storage/fair-turns.ts'
import type { BlobDigests } from './blob-digests.ts'
import { type BlobOwner, ownerKey } from './blob-owner.ts'
import { type BlobHead, findBlobs } from './blob-store.ts'
import type { BlobUploads } from './blob-uploads.ts'
import { insertComposed } from './composed-chunks.ts'
import { type ComposedPiece, composedPieces } from './composed-pieces.ts'
import { objectDigests } from './object-digests.ts'

interface Ports {
  readonly knex: Knex
  readonly turns: Pick<FairTurns, 'take'>
  readonly uploads: BlobUploads
  readonly digests: BlobDigests
}

export interface ComposedBlob extends BlobHead {
  /** Hexadecimal; those that were asked for. */
  readonly digests?: Readonly<Partial<Record<ComposeDigest, string>>>
}

/** Chunks of one statement: 8 MB, so that a contract is one statement and a large file does not hold its turn for long. */
const BITE = 48

/**
 * Makes blobs of parts of others where they are: whole chunks are shared with them, of the rest PostgreSQL copies its own
 * bytes, and it hashes all. An upload like any other until it has its name, so that
 * what is cut off counts, and ends by itself.
 */
export class BlobComposer {
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /**
   * @throws CORE_BLOB_MISSING, CORE_BLOB_RANGE, CORE_BLOB_UPLOAD_TOO_LARGE, CORE_BLOB_QUOTA_EXCEEDED, CORE_BLOB_CORRUPT
   */
  async compose(
    owner: BlobOwner,
    { parts: asked, type = DEFAULT_TYPE, digests: wished = [] }: ComposeRequest,
    quotaBytes: number,
    signal: AbortSignal,
  ): Promise<ComposedBlob> {
    const { knex, uploads, digests } = this.#ports
    const turn = <Result>(work: () => Promise<Result>) =>
      this.#ports.turns.take(ownerKey(owner), work)
    const stored = await turn(() => findBlobs(knex, owner, namesIn(asked)))
    const sizes = new Map([...stored].map(([sha256, { size }]) => [sha256, size]))
    const { parts, size } = composedParts(owner, asked, sizes)
    const object = { object: randomUUID(), size }
    const id = await uploads.reserve(owner, { type, ...object }, quotaBytes)
    try {
      for (const bite of bitesOf(composedPieces(parts))) {
        signal.throwIfAborted()
        const corrupt = await turn(() => insertComposed(knex, object.object, bite, stored))
        if (corrupt !== undefined) throw coreErrors.create('BLOB_CORRUPT', { sha256: corrupt })
      }
      const names = ['sha256', ...wished] as const
      const found = await objectDigests(knex, object, names, { turn, signal })
      const sha256 = found?.get('sha256')?.toString('hex')
      if (found === undefined || sha256 === undefined) {
        const [source = id] = stored.keys()
        throw coreErrors.create('BLOB_CORRUPT', { sha256: source })
      }
      const head = await uploads.settleReserved(owner, { id, type }, sha256)
      digests.remember(sha256, found)
      if (wished.length === 0) return head
      const shown = wished.map((name) => [name, found.get(name)?.toString('hex')])
      return { ...head, digests: Object.fromEntries(shown) }
    } catch (error) {
      await uploads.abort(owner, id)
      throw error
    }
  }
}

function namesIn(parts: readonly AskedComposePart[]): string[] {
  return [...new Set(parts.flatMap((part) => ('sha256' in part ? [part.sha256] : [])))]
}

/** Whole chunks of the new blob, so many at once. */
function* bitesOf(pieces: readonly ComposedPiece[]): Generator<readonly ComposedPiece[]> {
  let from = 0
  while (from < pieces.length) {
    const end = (pieces[from]?.ordinal ?? 0) + BITE
    let to = from
    while (to < pieces.length && (pieces[to]?.ordinal ?? end) < end) to++
    yield pieces.slice(from, to)
    from = to
  }
}
