import type { Knex } from 'knex'
import { RepeatedRun } from '../../storage/repeated-run.ts'
import type { GrantUse } from './grant-uses.ts'
import { UseLedger } from './use-ledger.ts'
import { addUses, deleteOldUses } from './use-store.ts'

/** A kill -9 loses at most this much of what was used: it is a count, and no change of state. */
const INTERVAL_MS = 5000

const CLEAN_UP_MS = 3_600_000

interface Ports {
  readonly knex: Knex
  readonly now: () => number
  readonly log: { warn(fields: object, message: string): void }
}

/** Keeps what plugins use of their grants: in memory first, so that a host call does not wait for it. */
export class UseRecorder {
  readonly #ledger = new UseLedger()
  readonly #ports: Ports
  readonly #runs = new RepeatedRun(() => this.#write(), INTERVAL_MS)
  #cleanedAt = Number.NEGATIVE_INFINITY

  constructor(ports: Ports) {
    this.#ports = ports
  }

  start(): void {
    this.#runs.start()
  }

  async stop(): Promise<void> {
    await this.#runs.stop()
    await this.flush()
  }

  add(use: GrantUse): void {
    this.#ledger.add(use, this.#ports.now())
  }

  /** Never rejects: what cannot be written now is written with the next. */
  flush(): Promise<void> {
    return this.#runs.run()
  }

  async #write(): Promise<void> {
    const { knex, now, log } = this.#ports
    const sums = this.#ledger.take()
    try {
      if (sums.length > 0) await addUses(knex, sums)
      if (now() - this.#cleanedAt >= CLEAN_UP_MS) {
        this.#cleanedAt = now()
        await deleteOldUses(knex, now())
      }
    } catch (err) {
      this.#ledger.giveBack(sums)
      log.warn({ err, waiting: sums.length }, 'what plugins used waits for PostgreSQL')
    }
    const dropped = this.#ledger.takeDropped()
    if (dropped > 0) log.warn({ dropped }, 'uses of grants were not recorded: there were too many')
  }
}
