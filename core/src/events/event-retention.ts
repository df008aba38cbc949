import type { Knex } from 'knex'
import { inBites } from '../storage/in-bites.ts'
import { RepeatedRun } from '../storage/repeated-run.ts'
import { deleteDeliveriesBefore } from './delivery-store.ts'
import { deleteEventsBefore } from './event-log-store.ts'

const DAY_MS = 24 * 3_600_000

/** A week in which a sender may try again and is known by its ids. */
const EVENTS_MS = 7 * DAY_MS
const DONE_MS = DAY_MS
/** A month for somebody to look at what could not be delivered. */
const DEAD_MS = 30 * DAY_MS

const INTERVAL_MS = 600_000
const BITE = 2000
const MAX_BITES = 200

interface Ports {
  readonly knex: Knex
  readonly now: () => number
  readonly log: { warn(fields: object, message: string): void }
}

/** Deletes deliveries that are over and events that nothing needs any more. */
export class EventRetention {
  readonly #ports: Ports
  readonly #runs = new RepeatedRun(() => this.#delete(), INTERVAL_MS)
  #isStopped = false

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** Not at once: after a long stop the outboxes are emptied first, whose events the log may still know. */
  start(): void {
    this.#runs.start()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#runs.stop()
  }

  /** Never rejects: what could not be deleted now is deleted by the next run, of this node or another. */
  run(): Promise<void> {
    return this.#runs.run()
  }

  async #delete(): Promise<void> {
    const { knex, now, log } = this.#ports
    const before = (ms: number) => new Date(now() - ms)
    const over = ['done', 'redelivered']
    try {
      await this.#inBites(() => deleteDeliveriesBefore(knex, over, before(DONE_MS), BITE))
      await this.#inBites(() => deleteDeliveriesBefore(knex, ['dead'], before(DEAD_MS), BITE))
      await this.#inBites(() => deleteEventsBefore(knex, before(EVENTS_MS), BITE))
    } catch (err) {
      if (!this.#isStopped) log.warn({ err }, 'old events could not be deleted')
    }
  }

  #inBites(bite: () => Promise<number>): Promise<void> {
    return inBites(bite, { size: BITE, most: MAX_BITES, isStopped: () => this.#isStopped })
  }
}
