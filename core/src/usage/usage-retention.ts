import type { Knex } from 'knex'
import { RepeatedRun } from '../storage/repeated-run.ts'
import { forgetOldLeases, rollUpDay } from './roll-up-store.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** Hours are told apart this long; then days are. Statements are by month, so that their sums stay as they are. */
const HOURS_MS = 62 * DAY_MS
/** Three years, and some for whoever looks at the last of them. */
const LEASES_MS = 1200 * DAY_MS
/** Of a host that stood still for long. */
const MOST_DAYS = 31

interface Ports {
  readonly knex: Knex
  readonly now: () => number
  readonly log: { warn(fields: object, message: string): void }
}

/** Adds old hours up to days. */
export class UsageRetention {
  readonly #ports: Ports
  readonly #runs = new RepeatedRun(() => this.#run(), HOUR_MS)

  constructor(ports: Ports) {
    this.#ports = ports
  }

  start(): void {
    this.#runs.start()
  }

  stop(): Promise<void> {
    return this.#runs.stop()
  }

  /** Never rejects. */
  run(): Promise<void> {
    return this.#runs.run()
  }

  async #run(): Promise<void> {
    const { knex, now, log } = this.#ports
    try {
      const before = new Date(now() - HOURS_MS)
      for (let day = 0; day < MOST_DAYS && (await rollUpDay(knex, before)); day++);
      await forgetOldLeases(knex, new Date(now() - LEASES_MS))
    } catch (err) {
      log.warn({ err }, 'usage could not be rolled up')
    }
  }
}
