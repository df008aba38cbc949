import type { Knex } from 'knex'
import { Counter, type Registry } from 'prom-client'
import { deleteOutboxBefore } from '../audit/outbox-store.ts'
import { inBites } from '../storage/in-bites.ts'
import { RepeatedRun } from '../storage/repeated-run.ts'

/**
 * A month in which who follows the moves of rollouts may be away (`GET /v1/rollout-events?after=`). Webhooks and plugins
 * have copies of their own from the first seconds on.
 */
export const OUTBOX_MS = 30 * 24 * 3_600_000

const INTERVAL_MS = 600_000
const BITE = 2000
const MAX_BITES = 200

interface Ports {
  readonly knex: Knex
  readonly registry: Registry
  readonly now: () => number
  readonly log: { warn(fields: object, message: string): void }
}

/** Deletes what changes wrote into the outbox and everybody was told of. */
export class OutboxRetention {
  readonly #ports: Ports
  readonly #runs = new RepeatedRun(() => this.run(), INTERVAL_MS)
  readonly #deleted: Counter
  #isStopped = false

  constructor(ports: Ports) {
    this.#ports = ports
    this.#deleted = new Counter({
      name: 'signalbox_outbox_deleted_total',
      help: 'Old changes that left the outbox, by this node.',
      registers: [ports.registry],
    })
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
    const before = new Date(now() - OUTBOX_MS)
    const bite = async () => {
      const deleted = await deleteOutboxBefore(knex, before, BITE)
      this.#deleted.inc(deleted)
      return deleted
    }
    try {
      await inBites(bite, { size: BITE, most: MAX_BITES, isStopped: () => this.#isStopped })
    } catch (err) {
      if (!this.#isStopped) log.warn({ err }, 'old changes could not leave the outbox')
    }
  }
}
