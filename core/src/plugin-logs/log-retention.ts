import type { Knex } from 'knex'
import { RepeatedRun } from '../storage/repeated-run.ts'
import { deleteLinesBefore, deleteLinesBeyond } from './plugin-log-store.ts'

/** As long as a call is kept: a line leads to one, and what nobody asked about for a week nobody will. */
const KEPT_MS = 7 * 24 * 3_600_000

/**
 * Of each plugin in each tenant: a line a minute for those seven days. Usual lines of 250 bytes make 2.5 MB of it, the largest
 * 80 MB; and a search for words reads all of them.
 */
const MAX_LINES = 10_000

/** Lines that a node writes of one before it cuts off what is too old: so many more may be there. */
const TRIM_AFTER = 1000

const INTERVAL_MS = 600_000
const BITE = 1000

interface Ports {
  readonly knex: Knex
  readonly now: () => number
  readonly log: { warn(fields: object, message: string): void }
  readonly maxLines?: number
  readonly trimAfter?: number
}

interface Written {
  readonly of: { readonly tenant: string; readonly plugin: string }
  lines: number
}

/** Deletes lines older than seven days, and of each plugin in each tenant all but the newest. */
export class LogRetention {
  readonly #ports: Ports
  /** What this node wrote since it last cut off: as many as are written to, which the budget of lines bounds. */
  readonly #written = new Map<string, Written>()
  readonly #runs = new RepeatedRun(() => this.#delete(), INTERVAL_MS)

  constructor(ports: Ports) {
    this.#ports = ports
  }

  start(): void {
    void this.run()
    this.#runs.start()
  }

  async stop(): Promise<void> {
    await this.#runs.stop()
  }

  /** Never rejects: what could not be deleted now is deleted by the next run, of this node or another. */
  run(): Promise<void> {
    return this.#runs.run()
  }

  /** Told of what was written; cuts off where that is much. @throws as PostgreSQL does */
  async wrote(
    lines: readonly { readonly tenant: string; readonly plugin: string }[],
  ): Promise<void> {
    const { trimAfter = TRIM_AFTER } = this.#ports
    for (const { tenant, plugin } of lines) {
      const key = `${tenant} ${plugin}`
      const known = this.#written.get(key) ?? { of: { tenant, plugin }, lines: 0 }
      known.lines++
      this.#written.set(key, known)
    }
    for (const [key, { of, lines }] of this.#written)
      if (lines >= trimAfter) await this.#trim(key, of)
  }

  async #trim(key: string, of: Written['of']): Promise<void> {
    const { knex, maxLines = MAX_LINES } = this.#ports
    await deleteLinesBeyond(knex, of, maxLines)
    this.#written.delete(key)
  }

  async #delete(): Promise<void> {
    const { knex, now, log } = this.#ports
    try {
      for (const [key, { of }] of this.#written) await this.#trim(key, of)
      const oldest = new Date(now() - KEPT_MS)
      while ((await deleteLinesBefore(knex, oldest, BITE)) === BITE);
    } catch (err) {
      log.warn({ err }, 'old lines of plugins could not be deleted')
    }
  }
}
