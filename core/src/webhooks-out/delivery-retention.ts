import type { Knex } from 'knex'
import { inBites } from '../storage/in-bites.ts'
import { RepeatedRun } from '../storage/repeated-run.ts'
import { deleteOrphans, deleteOver, expireWaiting } from './delivery-list-store.ts'

const DAY_MS = 24 * 3_600_000

/** A week in which an admin can see that an event arrived, and have it sent again. */
const DELIVERED_MS = 7 * DAY_MS
/** A month for somebody to look at what could not be delivered. */
const DEAD_MS = 30 * DAY_MS
/** Of a line that was paused: longer than anybody is away. */
const WAITING_MS = 21 * DAY_MS

const INTERVAL_MS = 600_000
const BITE = 2000
const MAX_BITES = 200

interface Ports {
  readonly knex: Knex
  readonly now: () => number
  readonly log: { warn(fields: object, message: string): void }
}

/** Deletes deliveries that are over, and those of endpoints that are gone. */
export class DeliveryRetention {
  readonly #ports: Ports
  readonly #runs = new RepeatedRun(() => this.run(), INTERVAL_MS)
  #isStopped = false

  constructor(ports: Ports) {
    this.#ports = ports
  }

  start(): void {
    this.#runs.start()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#runs.stop()
  }

  /** Never rejects: what could not be deleted now is deleted by the next run, of this node or another. */
  async run(): Promise<void> {
    const { knex, now, log } = this.#ports
    const before = (ms: number) => new Date(now() - ms)
    const over = (state: 'delivered' | 'dead', ms: number) =>
      deleteOver(knex, { state, before: before(ms), limit: BITE })
    try {
      await this.#inBites(() =>
        expireWaiting(knex, before(WAITING_MS), { now: now(), limit: BITE }),
      )
      await this.#inBites(() => over('delivered', DELIVERED_MS))
      await this.#inBites(() => over('dead', DEAD_MS))
      await this.#inBites(() => deleteOrphans(knex, BITE))
    } catch (err) {
      if (!this.#isStopped) log.warn({ err }, 'old deliveries of webhooks could not be deleted')
    }
  }

  #inBites(bite: () => Promise<number>): Promise<void> {
    return inBites(bite, { size: BITE, most: MAX_BITES, isStopped: () => this.#isStopped })
  }
}
