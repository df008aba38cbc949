import { createHash, randomUUID } from 'node:crypto'
import { requireRoom } from '@signalbox/sdk/host-calls/blob-quota'
import { blobMissing, blobPart } from '@signalbox/sdk/host-calls/blob-rules'
import type { AskedPart } from '@signalbox/sdk/host-calls/byte-part'
import type { Knex } from 'knex'
import { coreErrors } from '../errors.ts'
import type { FairTurns } from '../storage/fair-turns.ts'
import { appendChunks, chunksOf } from './blob-chunks.ts'
import type { BlobMeter } from './blob-meter.ts'
import { type BlobOwner, ownerKey } from './blob-owner.ts'
import {
  addUsage,
  type BlobHead,
  findBlob,
  insertBlob,
  insertGarbage,
  listBlobs,
  lockUsage,
  type StoredBlob,
  setType,
  takeBlob,
} from './blob-store.ts'

interface Ports {
  readonly knex: Knex
  readonly turns: Pick<FairTurns, 'take'>
  readonly meter: BlobMeter
  readonly now: () => number
}

/** A plugin's files in a tenant, whole and in parts; what is too large for one message is in blob-uploads.ts. */
export class BlobService {
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** Durable when it resolves. Known bytes cost nothing; the type given last is kept. */
  async put(
    owner: BlobOwner,
    bytes: Uint8Array,
    type: string,
    quotaBytes: number,
  ): Promise<BlobHead> {
    const head = { sha256: sha256Of(bytes), size: bytes.length, type }
    return this.#change(owner, async (trx) => {
      const used = await lockUsage(trx, owner)
      if ((await findBlob(trx, owner, head.sha256)) !== undefined) {
        await setType(trx, owner, head)
        return head
      }
      requireRoom(owner, used, head.size, quotaBytes)
      const object = randomUUID()
      await appendChunks(trx, { object, size: 0 }, bytes)
      await insertBlob(trx, owner, { ...head, object })
      await addUsage(trx, owner, head.size, head.size)
      return head
    })
  }

  find(owner: BlobOwner, sha256: string): Promise<StoredBlob | undefined> {
    return this.#turn(owner, () => findBlob(this.#ports.knex, owner, sha256))
  }

  /** @throws CORE_BLOB_MISSING, also of what only another owner has: the two are the same look-up. */
  async require(owner: BlobOwner, sha256: string): Promise<StoredBlob> {
    const blob = await this.find(owner, sha256)
    if (blob === undefined) throw blobMissing(owner, sha256)
    return blob
  }

  list(
    owner: BlobOwner,
    page: { readonly cursor?: string | undefined; readonly limit: number },
  ): Promise<StoredBlob[]> {
    return this.#turn(owner, () => listBlobs(this.#ports.knex, owner, page))
  }

  /** A part that fits one message. @throws CORE_BLOB_MISSING, CORE_BLOB_RANGE, CORE_BLOB_TOO_LARGE, CORE_BLOB_CORRUPT */
  async read(
    owner: BlobOwner,
    sha256: string,
    asked: AskedPart,
    signal: AbortSignal,
  ): Promise<Buffer> {
    const blob = await this.require(owner, sha256)
    const { offset, length } = blobPart(blob, asked)
    const pieces: Buffer[] = []
    for await (const piece of this.stream(owner, blob, offset, offset + length)) {
      signal.throwIfAborted()
      pieces.push(piece)
    }
    return Buffer.concat(pieces)
  }

  /** Piece by piece, verified and metered. @throws CORE_BLOB_CORRUPT */
  async *stream(
    owner: BlobOwner,
    blob: StoredBlob,
    offset: number,
    end: number,
  ): AsyncGenerator<Buffer> {
    const pieces = chunksOf(this.#ports.knex, blob, offset, end)
    for (;;) {
      // A turn for each: a large blob does not keep the owner's small ones waiting.
      const { done, value: piece } = await this.#turn(owner, () => pieces.next())
      if (done === true) return
      if (piece === undefined) throw coreErrors.create('BLOB_CORRUPT', { sha256: blob.sha256 })
      this.#ports.meter.read(owner, piece.length)
      yield piece
    }
  }

  /** Its room is free at once; its bytes go with a later run of the job. @returns whether it was there */
  async delete(owner: BlobOwner, sha256: string): Promise<boolean> {
    return this.#change(owner, async (trx) => {
      await lockUsage(trx, owner)
      const taken = await takeBlob(trx, owner, sha256)
      if (taken === undefined) return false
      await addUsage(trx, owner, -taken.size)
      await insertGarbage(trx, taken.object, new Date(this.#ports.now()))
      return true
    })
  }

  #turn<Result>(owner: BlobOwner, work: () => Promise<Result>): Promise<Result> {
    return this.#ports.turns.take(ownerKey(owner), work)
  }

  #change<Result>(
    owner: BlobOwner,
    work: (trx: Knex.Transaction) => Promise<Result>,
  ): Promise<Result> {
    return this.#turn(owner, () => this.#ports.knex.transaction(work))
  }
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
