import type { Readable } from 'node:stream'
import type { Knex } from 'knex'
import { type Change, commitChange } from '../audit/change.ts'
import { coreErrors } from '../errors.ts'
import { STREAM_PART_BYTES } from './blob-limits.ts'
import type { BlobOwner } from './blob-owner.ts'
import type { BlobHead } from './blob-store.ts'
import type { BlobUploads } from './blob-uploads.ts'
import type { DigestCheck } from './content-digest.ts'

interface Ports {
  readonly knex: Knex
  readonly uploads: BlobUploads
}

export interface Incoming {
  readonly owner: BlobOwner
  readonly type: string
  readonly body: Readable
  readonly digest: DigestCheck
  readonly quotaBytes: number
  readonly change: Pick<Change, 'actor' | 'traceId'>
}

/**
 * Takes a blob in as it arrives: a part is read only when the one before it is stored, so that a fast sender waits
 * and about two megabytes are in memory. An upload of the owner like those of `ctx`: what is cut off ends by itself.
 */
export async function receiveBlob({ knex, uploads }: Ports, incoming: Incoming): Promise<BlobHead> {
  const { owner, type, digest, quotaBytes, change } = incoming
  const id = await uploads.begin(owner, type)
  try {
    let offset = 0
    for await (const bytes of partsOf(incoming.body)) {
      digest.update(bytes)
      const more = { offset, bytes, quotaBytes, maxBytes: quotaBytes }
      offset = await uploads.append(owner, id, more)
    }
    const head = { sha256: digest.finish(), size: offset, type }
    const { tenant, plugin } = owner
    const subject = `${plugin} blob ${head.sha256}`
    const put = { ...change, action: 'blob.put', subject, tenant, detail: { plugin, ...head } }
    return await commitChange(knex, put, (trx) =>
      uploads.settle(trx, owner, { id, type }, head.sha256),
    )
  } catch (error) {
    await uploads.abort(owner, id)
    throw error
  }
}

async function* partsOf(body: Readable): AsyncGenerator<Buffer> {
  let pieces: Buffer[] = []
  let length = 0
  try {
    // What is refused half-way is answered on the same connection.
    for await (const piece of body.iterator({ destroyOnReturn: false })) {
      pieces.push(piece)
      length += piece.length
      while (length >= STREAM_PART_BYTES) {
        const held = Buffer.concat(pieces)
        yield held.subarray(0, STREAM_PART_BYTES)
        pieces = [held.subarray(STREAM_PART_BYTES)]
        length -= STREAM_PART_BYTES
      }
    }
  } catch (cause) {
    throw coreErrors.create('BODY_UNREADABLE', { reason: 'it ended early' }, { cause })
  }
  if (length > 0) yield Buffer.concat(pieces)
}
