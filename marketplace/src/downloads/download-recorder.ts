import type { Knex } from 'knex'
import { addDownloads } from './download-store.ts'
import { type DownloadCount, DownloadTally } from './download-tally.ts'
import { dayOf } from './period.ts'

/** A (package, version, day) each; some megabytes at most. */
const MAX_PLACES = 10_000

/** How much a killed host forgets of counts that nobody is charged by. */
const FLUSH_MS = 5000

/** One insert of arrays. */
const BATCH = 1000

interface Ports {
  readonly knex: Knex
  now(): number
}

/** Counts tarballs that are fetched, in memory, and writes the counts behind the answers: no download waits for it. */
export class DownloadRecorder {
  readonly #ports: Ports
  readonly #tally = new DownloadTally(MAX_PLACES)
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> | undefined

  constructor(ports: Ports) {
    this.#ports = ports
  }

  note(name: string, version: string): void {
    this.#tally.add({ name, version, day: dayOf(this.#ports.now()), count: 1 })
    if (this.#tally.isHalfFull) void this.flush()
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      void this.flush()
    }, FLUSH_MS).unref()
  }

  /** All that was noted before is written, or kept for the next time where the database is away. */
  async flush(): Promise<void> {
    // Whoever comes while one is under way waits for it, and then writes what came meanwhile.
    while (this.#writing !== undefined) await this.#writing
    this.#writing = this.#write(this.#tally.takeAll()).finally(() => {
      this.#writing = undefined
    })
    await this.#writing
  }

  stop(): Promise<void> {
    clearTimeout(this.#timer)
    return this.flush()
  }

  async #write(counts: readonly DownloadCount[]): Promise<void> {
    for (let at = 0; at < counts.length; at += BATCH) {
      const batch = counts.slice(at, at + BATCH)
      try {
        await addDownloads(this.#ports.knex, batch)
      } catch {
        // Nobody's request failed by it; the answers that count on PostgreSQL tell of its absence.
        for (const count of batch) this.#tally.add(count)
      }
    }
  }
}
