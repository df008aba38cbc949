import type { Knex } from 'knex'
import { RepeatedRun } from '../storage/repeated-run.ts'
import { deleteChunks, hasChunks } from './blob-chunks.ts'
import { GARBAGE_KEPT_MS } from './blob-limits.ts'
import type { BlobMeter } from './blob-meter.ts'
import { addRead, deleteGarbage, listExpired, listGarbage, postponeGarbage } from './blob-store.ts'
import type { BlobUploads } from './blob-uploads.ts'

const INTERVAL_MS = 60_000
/** Rows of one look-up, and chunks (9 MB) of one statement: far below what a statement may take. */
const BITE = 50

interface Ports {
  readonly knex: Knex
  readonly uploads: BlobUploads
  readonly meter: BlobMeter
  readonly now: () => number
  readonly log: { warn(fields: object, message: string): void }
}

/**
 * Ends uploads that were left, frees the bytes of what nobody has any more, writes down what was read. An object
 * that was dropped never belongs to anything again, so no put can come in between, on this node or another. Chunks whose bytes
 * another object has are left until that one goes.
 */
export class BlobSweepJob {
  readonly #ports: Ports
  readonly #runs = new RepeatedRun(() => this.#work(), INTERVAL_MS)
  #isStopping = false

  constructor(ports: Ports) {
    this.#ports = ports
  }

  start(): void {
    void this.run()
    this.#runs.start()
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    await this.#runs.stop()
    await this.#attempt(() => this.#writeReads())
  }

  /** Never rejects: what could not be done now is done by the next run, of this node or another. */
  run(): Promise<void> {
    return this.#runs.run()
  }

  async #work(): Promise<void> {
    await this.#attempt(() => this.#writeReads())
    await this.#attempt(() => this.#endUploads())
    await this.#attempt(() => this.#sweep())
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (err) {
      this.#ports.log.warn({ err }, 'blobs could not be swept')
    }
  }

  async #writeReads(): Promise<void> {
    const { knex, meter } = this.#ports
    for (const { owner, bytes } of meter.take()) await addRead(knex, owner, bytes)
  }

  async #endUploads(): Promise<void> {
    const { knex, uploads, now } = this.#ports
    let found: Awaited<ReturnType<typeof listExpired>>
    do {
      found = await listExpired(knex, new Date(now()), BITE)
      for (const { tenant, plugin, id } of found) await uploads.abort({ tenant, plugin }, id, true)
    } while (found.length === BITE && !this.#isStopping)
  }

  async #sweep(): Promise<void> {
    const { knex, now } = this.#ports
    const before = new Date(now() - GARBAGE_KEPT_MS)
    let found: readonly string[]
    do {
      found = await listGarbage(knex, before, BITE)
      for (const object of found) {
        while ((await deleteChunks(knex, object, BITE)) === BITE) if (this.#isStopping) return
        if (await hasChunks(knex, object)) await postponeGarbage(knex, object, new Date(now()))
        else await deleteGarbage(knex, object)
      }
    } while (found.length === BITE && !this.#isStopping)
  }
}
