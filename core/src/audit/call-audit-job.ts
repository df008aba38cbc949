import type { Knex } from 'knex'
import { RepeatedRun } from '../storage/repeated-run.ts'
import { type AuditEntry, findLastBatch, insertNumberedBatch } from './audit-store.ts'
import { CallAudit, type CallRecord, isExact } from './call-audit.ts'
import { CallJournal } from './call-journal.ts'

/** A kill -9 loses at most this much of the reads; writes and refusals are in the journal before they are answered. */
const INTERVAL_MS = 1000

/** Entries kept in memory while PostgreSQL is away: about 20 MB. Beyond it reads are lost, and the rest is in the journal. */
const MAX_WAITING = 50_000

interface Logger {
  warn(fields: object, message: string): void
}

interface Ports {
  readonly knex: Knex
  readonly log: Logger
  /** This node by its data folder. */
  readonly node: string
  /** Where the journal is. */
  readonly folder: string
  readonly maxWaiting?: number
}

interface Batch {
  readonly number: number
  /** undefined: to be read from the journal */
  readonly entries: readonly AuditEntry[] | undefined
}

/** Writes the calls' audit in batches, each once, and holds them while PostgreSQL is away. */
export class CallAuditJob {
  readonly #audit = new CallAudit()
  readonly #ports: Ports
  readonly #journal: CallJournal
  #waiting: Batch[]
  #lost = 0
  readonly #runs = new RepeatedRun(() => this.#write(), INTERVAL_MS)

  private constructor(ports: Ports, journal: CallJournal, left: readonly number[]) {
    this.#ports = ports
    this.#journal = journal
    this.#waiting = left.map((number) => ({ number, entries: undefined }))
  }

  /** What a killed host left in its journal is written with the first batch. */
  static async open(ports: Ports): Promise<CallAuditJob> {
    const lastWritten = await findLastBatch(ports.knex, ports.node)
    const { journal, left } = await CallJournal.open(ports, lastWritten)
    return new CallAuditJob(ports, journal, left)
  }

  start(): void {
    this.#runs.start()
  }

  /** Before the call is answered, where it is a write or a refusal. */
  add(record: CallRecord): void {
    if (isExact(record)) this.#journal.write(record)
    this.#audit.add(record)
  }

  /** A read that was done: see CallAudit. */
  addRead(caller: object, operation: string, record: () => CallRecord): void {
    this.#audit.addRead(caller, operation, record)
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
    const entries = this.#audit.take()
    if (entries.length > 0) this.#waiting.push({ number: this.#journal.turn(), entries })
    try {
      for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
        await this.#writeBatch(next)
        this.#waiting.shift()
      }
      if (this.#lost > 0) this.#ports.log.warn({ lost: this.#lost }, 'reads are not in the audit')
      this.#lost = 0
    } catch (error) {
      this.#shed(error)
    }
  }

  async #writeBatch({ number, entries }: Batch): Promise<void> {
    const { knex, node } = this.#ports
    await insertNumberedBatch(knex, { node, number }, entries ?? (await this.#journalled(number)))
    await this.#journal.forget(number)
  }

  async #journalled(number: number): Promise<readonly AuditEntry[]> {
    const again = new CallAudit()
    for (const record of await this.#journal.read(number)) again.add(record)
    return again.take()
  }

  /** The oldest lose their reads first. */
  #shed(error: unknown): void {
    const { log, maxWaiting = MAX_WAITING } = this.#ports
    let waiting = this.#waiting.reduce((sum, { entries }) => sum + (entries?.length ?? 0), 0)
    this.#waiting = this.#waiting.map((batch) => {
      if (waiting <= maxWaiting || batch.entries === undefined) return batch
      waiting -= batch.entries.length
      this.#lost += batch.entries.reduce((sum, entry) => sum + readsOf(entry), 0)
      return { number: batch.number, entries: undefined }
    })
    log.warn({ err: error, waiting }, 'the audit of calls waits for PostgreSQL')
  }
}

function readsOf({ outcome, detail }: AuditEntry): number {
  return outcome === 'done' && detail.write !== true ? Number(detail.count) : 0
}
