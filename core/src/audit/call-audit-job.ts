import type { Knex } from 'knex'
import { RepeatedRun } from '../storage/repeated-run.ts'
import { type AuditEntry, insertAuditEntries } from './audit-store.ts'
import { CallAudit, type CallRecord } from './call-audit.ts'

/** A kill -9 loses at most this much of the calls' audit; changes of state are audited in their own transaction. */
const INTERVAL_MS = 1000

/** Entries kept while PostgreSQL is away: about 20 MB. Beyond it the oldest are dropped, and the log says how many. */
const MAX_WAITING = 50_000

interface Logger {
  warn(fields: object, message: string): void
}

/** Writes the calls' audit in batches, and holds them while PostgreSQL is away. */
export class CallAuditJob {
  readonly #audit = new CallAudit()
  readonly #knex: Knex
  readonly #log: Logger
  #waiting: AuditEntry[] = []
  readonly #runs = new RepeatedRun(() => this.#write(), INTERVAL_MS)

  constructor(ports: { knex: Knex; log: Logger }) {
    this.#knex = ports.knex
    this.#log = ports.log
  }

  start(): void {
    this.#runs.start()
  }

  add(record: CallRecord): void {
    this.#audit.add(record)
  }

  /** Never rejects: what cannot be written now waits for the next interval. */
  flush(): Promise<void> {
    return this.#runs.run()
  }

  async stop(): Promise<void> {
    await this.#runs.stop()
    await this.flush()
  }

  async #write(): Promise<void> {
    this.#waiting.push(...this.#audit.take())
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, 1000)
      try {
        await insertAuditEntries(this.#knex, batch)
      } catch (error) {
        this.#shed(error)
        return
      }
      this.#waiting.splice(0, batch.length)
    }
  }

  #shed(error: unknown): void {
    const dropped = this.#waiting.length - MAX_WAITING
    if (dropped > 0) this.#waiting.splice(0, dropped)
    this.#log.warn(
      { err: error, waiting: this.#waiting.length, dropped: Math.max(0, dropped) },
      'the audit of calls waits for PostgreSQL',
    )
  }
}
