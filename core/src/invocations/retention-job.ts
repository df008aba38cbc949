import type { Knex } from 'knex'
import { RepeatedRun } from '../storage/repeated-run.ts'
import {
  deleteInvocationsBefore,
  deleteInvocationsBeyond,
  deleteSpentKeys,
} from './invocation-store.ts'

const DAY_MS = 24 * 3_600_000

/** Long enough for a week's holiday of whoever looks at failures; then nobody will. */
const KEPT_MS = 7 * DAY_MS

/** What one tenant's recordings may hold: some thousand usual ones, or 64 of the largest. */
const MAX_TENANT_BYTES = 64 * 1024 * 1024

/** A key is used for a day; one that is older and empty is never used again. */
const SPENT_AFTER_MS = 2 * DAY_MS

const INTERVAL_MS = 600_000
const BITE = 1000

interface Ports {
  readonly knex: Knex
  readonly now: () => number
  readonly log: { warn(fields: object, message: string): void }
  readonly maxTenantBytes?: number
}

/** Deletes what is older than seven days or beyond a tenant's room, and the keys that nothing needs any more. */
export class RetentionJob {
  readonly #ports: Ports
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

  async #delete(): Promise<void> {
    const { knex, now, log, maxTenantBytes = MAX_TENANT_BYTES } = this.#ports
    try {
      const oldest = new Date(now() - KEPT_MS)
      while ((await deleteInvocationsBefore(knex, oldest, BITE)) === BITE);
      await deleteInvocationsBeyond(knex, maxTenantBytes)
      await deleteSpentKeys(knex, new Date(now() - SPENT_AFTER_MS))
    } catch (err) {
      log.warn({ err }, 'old kept calls could not be deleted')
    }
  }
}
