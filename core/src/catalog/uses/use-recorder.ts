import type { Knex } from 'knex'
import { RepeatedRun } from '../../storage/repeated-run.ts'
import { UseLedger } from './use-ledger.ts'
import { addUses, forgetUses } from './use-store.ts'

/** Nobody is billed by it: what a kill loses is at most these calls, of an app that calls again. */
const INTERVAL_MS = 10_000

/** A quarter is the longest that a monthly or quarterly job of an app lets one wait for its next call. */
const USE_DAYS = 90

const DAY_MS = 86_400_000

interface Ports {
  readonly knex: Knex
  readonly now: () => number
  readonly log: { warn(fields: object, message: string): void }
}

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10)

/** The first day of what is looked at. */
export const usedSince = (now: number): string => dayOf(now - USE_DAYS * DAY_MS)

/** Keeps which app uses which operation: in memory first, so that no call waits for it. */
export class UseRecorder {
  readonly #ledger = new UseLedger()
  readonly #ports: Ports
  readonly #runs = new RepeatedRun(() => this.#write(), INTERVAL_MS)
  #forgotten = ''

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

  add(subscription: string, operation: string): void {
    this.#ledger.add({ subscription, operation, day: dayOf(this.#ports.now()), calls: 1 })
  }

  /** Never rejects: what cannot be written now is written with the next. */
  flush(): Promise<void> {
    return this.#runs.run()
  }

  async #write(): Promise<void> {
    const { knex, log, now } = this.#ports
    const uses = this.#ledger.take()
    try {
      if (uses.length > 0) await addUses(knex, uses)
      // Once a day and node.
      const before = usedSince(now())
      if (this.#forgotten !== before) await forgetUses(knex, before)
      this.#forgotten = before
    } catch (err) {
      for (const use of uses) this.#ledger.add(use)
      log.warn({ err, waiting: uses.length }, 'who used what waits for PostgreSQL')
    }
  }
}
