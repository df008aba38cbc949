import type { ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import { coreErrors } from '../errors.ts'

/** Of one node, both ways. Each holds a chunk or two, and asks for a connection only while it reads or writes one. */
const MAX_STREAMS = 32

/** A client that takes nothing for as long has gone, or wants to hold a place. */
const STALLED_MS = 60_000

const RETRY_AFTER_S = 5

type End = Pick<Readable | ServerResponse, 'destroy'>

/** Blobs on their way in or out of this node. */
export class Streams {
  readonly #open = new Set<End>()

  /**
   * Before a blob is sent. Its place is taken until the client has all of it, not until the host has read it.
   * @throws CORE_BLOB_STREAMS_TAKEN
   */
  out(response: ServerResponse): void {
    response.once('close', this.#hold(response))
    response.setTimeout(STALLED_MS, () => response.destroy())
  }

  /** @throws CORE_BLOB_STREAMS_TAKEN, and what `take` throws */
  async in<Result>(body: Readable, take: (body: Readable) => Promise<Result>): Promise<Result> {
    const release = this.#hold(body)
    try {
      return await take(body)
    } finally {
      release()
    }
  }

  /** The host stops: clients go on elsewhere, by a range or from the beginning. */
  close(): void {
    for (const end of this.#open) end.destroy()
  }

  #hold(end: End): () => void {
    if (this.#open.size >= MAX_STREAMS) {
      const told = { limit: MAX_STREAMS }
      throw coreErrors.create('BLOB_STREAMS_TAKEN', told, { retryAfterS: RETRY_AFTER_S })
    }
    this.#open.add(end)
    return () => void this.#open.delete(end)
  }
}
