import type { Knex } from 'knex'
import { RepeatedRun } from '../../storage/repeated-run.ts'
import { sweepSessions } from '../sessions/session-store.ts'
import { sweepFlows } from './flow-store.ts'
import { sweepAttempts } from './lock-out-store.ts'
import { sweepTickets } from './ticket-store.ts'

interface Ports {
  readonly knex: Knex
  readonly log: { warn(fields: object, message: string): void }
}

const EVERY_MS = 10 * 60_000

/** A statement that deletes this many holds nobody up. */
const MOST = 1000

/** Deletes sessions, tickets, flows and counted attempts that are over. */
export class IdentitySweep {
  readonly #ports: Ports
  readonly #runs = new RepeatedRun(() => this.#sweep(), EVERY_MS)

  constructor(ports: Ports) {
    this.#ports = ports
  }

  start(): void {
    this.#runs.start()
  }

  stop(): Promise<void> {
    return this.#runs.stop()
  }

  async #sweep(): Promise<void> {
    const { knex, log } = this.#ports
    try {
      for (const sweep of [sweepSessions, sweepTickets, sweepFlows, sweepAttempts])
        await sweep(knex, MOST)
    } catch (err) {
      log.warn({ err }, 'what is over of sign-ins could not be deleted')
    }
  }
}
