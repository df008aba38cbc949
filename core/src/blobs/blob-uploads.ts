import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { requireRoom } from '@signalbox/sdk/host-calls/blob-quota'
import {
  requireUploadPart,
  requireUploads,
  UPLOAD_KEPT_MS,
  uploadMissing,
} from '@signalbox/sdk/host-calls/blob-rules'
import type { Knex } from 'knex'
import { coreErrors } from '../errors.ts'
import type { FairTurns } from '../storage/fair-turns.ts'
import { appendChunks, chunksOf } from './blob-chunks.ts'
import { type BlobOwner, ownerKey } from './blob-owner.ts'
import {
  addUsage,
  type BlobHead,
  countUploads,
  findBlob,
  growUpload,
  insertBlob,
  insertGarbage,
  insertUpload,
  lockUpload,
  lockUsage,
  sealUpload,
  setType,
  takeUpload,
  type Upload,
} from './blob-store.ts'

interface Ports {
  readonly knex: Knex
  readonly turns: Pick<FairTurns, 'take'>
  readonly now: () => number
}

/** More bytes for an upload. */
export interface Append {
  /** Where they go; they go nowhere else, so that of two writers one goes on. */
  readonly offset: number
  readonly bytes: Uint8Array
  readonly quotaBytes: number
  /** Of the whole upload. */
  readonly maxBytes: number
}

/**
 * Blobs that come in parts. Each part is durable when it is acknowledged, and counts towards the quota at once:
 * what was let in can always be finished. An upload is the owner's, not a call's: whoever of the owner knows its id goes on with it.
 */
export class BlobUploads {
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** @returns its id. @throws CORE_BLOB_UPLOADS_TAKEN */
  async begin(owner: BlobOwner, type: string): Promise<string> {
    const id = newId()
    await this.#change(owner, async (trx) => {
      await lockUsage(trx, owner)
      requireUploads(owner, await countUploads(trx, owner))
      await insertUpload(trx, owner, { id, type, object: randomUUID(), size: 0 }, this.#expiry())
    })
    return id
  }

  /**
   * Room for an object that the host makes itself: counted whole before its first byte, and nobody else adds to it.
   * @returns its id, for `settleReserved` or `abort`. @throws CORE_BLOB_QUOTA_EXCEEDED
   */
  async reserve(
    owner: BlobOwner,
    { type, object, size }: Omit<Upload, 'id'>,
    quotaBytes: number,
  ): Promise<string> {
    const id = newId()
    await this.#change(owner, async (trx) => {
      requireRoom(owner, await lockUsage(trx, owner), size, quotaBytes)
      await insertUpload(trx, owner, { id, type, object, size }, this.#expiry(), true)
      await addUsage(trx, owner, size, size)
    })
    return id
  }

  /** @param sha256 of just the bytes of the object. @throws CORE_BLOB_UPLOAD_MISSING */
  settleReserved(
    owner: BlobOwner,
    upload: Pick<Upload, 'id' | 'type'>,
    sha256: string,
  ): Promise<BlobHead> {
    return this.#change(owner, (trx) => this.settle(trx, owner, upload, sha256))
  }

  /**
   * @returns the size it has reached
   * @throws CORE_BLOB_UPLOAD_MISSING, CORE_BLOB_UPLOAD_OFFSET, CORE_BLOB_UPLOAD_TOO_LARGE, CORE_BLOB_QUOTA_EXCEEDED
   */
  async append(
    owner: BlobOwner,
    id: string,
    { offset, bytes, quotaBytes, maxBytes }: Append,
  ): Promise<number> {
    return this.#change(owner, async (trx) => {
      const used = await lockUsage(trx, owner)
      const upload = await lockUpload(trx, owner, id, this.#now())
      if (upload === undefined) throw uploadMissing(owner, id)
      const reached = requireUploadPart(upload, { offset, length: bytes.length, maxBytes })
      requireRoom(owner, used, bytes.length, quotaBytes)
      await appendChunks(trx, upload, bytes)
      await growUpload(trx, id, reached, this.#expiry())
      await addUsage(trx, owner, bytes.length, bytes.length)
      return reached
    })
  }

  /**
   * Reads its bytes once more to name them, chunk by chunk, and makes a blob of it. Cut off, it can be asked for again.
   * @throws CORE_BLOB_UPLOAD_MISSING, CORE_BLOB_CORRUPT
   */
  async finish(owner: BlobOwner, id: string, signal: AbortSignal): Promise<BlobHead> {
    const { knex } = this.#ports
    const upload = await this.#turn(owner, () => sealUpload(knex, owner, id, this.#now()))
    if (upload === undefined) throw uploadMissing(owner, id)
    const hash = createHash('sha256')
    const pieces = chunksOf(knex, upload)
    for (;;) {
      signal.throwIfAborted()
      const { done, value: piece } = await this.#turn(owner, () => pieces.next())
      if (done === true) break
      if (piece === undefined) throw coreErrors.create('BLOB_CORRUPT', { sha256: id })
      hash.update(piece)
    }
    const sha256 = hash.digest('hex')
    return this.#change(owner, (trx) => this.settle(trx, owner, upload, sha256))
  }

  /** @param sha256 of just the bytes of the upload. @throws CORE_BLOB_UPLOAD_MISSING */
  async settle(
    trx: Knex.Transaction,
    owner: BlobOwner,
    { id, type }: Pick<Upload, 'id' | 'type'>,
    sha256: string,
  ): Promise<BlobHead> {
    await lockUsage(trx, owner)
    const taken = await takeUpload(trx, owner, id)
    if (taken === undefined) throw uploadMissing(owner, id)
    const head = { sha256, size: taken.size, type }
    if ((await findBlob(trx, owner, sha256)) === undefined) {
      await insertBlob(trx, owner, { ...head, object: taken.object })
      return head
    }
    // Known bytes count once: those of the upload are dropped.
    await setType(trx, owner, head)
    await addUsage(trx, owner, -taken.size)
    await insertGarbage(trx, taken.object, this.#now())
    return head
  }

  /** @returns whether it was there. @param onlyExpired leaves one that somebody went on with meanwhile */
  async abort(owner: BlobOwner, id: string, onlyExpired = false): Promise<boolean> {
    return this.#change(owner, async (trx) => {
      await lockUsage(trx, owner)
      const taken = await takeUpload(trx, owner, id, onlyExpired ? this.#now() : undefined)
      if (taken === undefined) return false
      await addUsage(trx, owner, -taken.size)
      await insertGarbage(trx, taken.object, this.#now())
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

  #now(): Date {
    return new Date(this.#ports.now())
  }

  #expiry(): Date {
    return new Date(this.#ports.now() + UPLOAD_KEPT_MS)
  }
}

const newId = (): string => `upl_${randomBytes(12).toString('hex')}`
