import type { Knex } from 'knex'
import { RepeatedRun } from '../storage/repeated-run.ts'
import { MeterLedger, type MeterName } from './meter-ledger.ts'
import { addUnits } from './meter-store.ts'

/** A kill -9 loses at most what was metered in this time. */
const INTERVAL_MS = 5000

interface Ports {
  readonly knex: Knex
  readonly now: () => number
  readonly log: { warn(fields: object, message: string): void }
}

/** Keeps what plugins meter: in memory first, so that a call does not wait for it. */
export class MeterRecorder {
  readonly #ledger = new MeterLedger()
  readonly #ports: Ports
  readonly #runs = new RepeatedRun(() => this.#write(), INTERVAL_MS)

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

  /** @returns false: the version meters too many units */
  add(name: MeterName, units: number): boolean {
    const day = new Date(this.#ports.now()).toISOString().slice(0, 10)
    return this.#ledger.add(name, units, day)
  }

  /** Never rejects: what cannot be written now is written with the next. */
  flush(): Promise<void> {
    return this.#runs.run()
  }

  async #write(): Promise<void> {
    const { knex, log } = this.#ports
    const sums = this.#ledger.take()
    try {
      if (sums.length > 0) await addUnits(knex, sums)
    } catch (err) {
      this.#ledger.giveBack(sums)
      log.warn({ err, waiting: sums.length }, 'what plugins metered waits for PostgreSQL')
    }
    const dropped = this.#ledger.takeDropped()
    if (dropped > 0) log.warn({ dropped }, 'units were not kept: there were too many')
  }
}
