import type { Knex } from 'knex'
import { inBites } from '../../storage/in-bites.ts'
import { RepeatedRun } from '../../storage/repeated-run.ts'
import { sweepOperatorSessions } from '../operator/operator-session-store.ts'
import { sweepSessions } from '../sessions/session-store.ts'
import { sweepFlows } from './flow-store.ts'
import { sweepFailures, sweepPlaces } from './lock-out-store.ts'
import { sweepTickets } from './ticket-store.ts'

interface Ports {
  readonly knex: Knex
  readonly log: { warn(fields: object, message: string): void }
}

const EVERY_MS = 10 * 60_000

/** A statement that deletes this many holds nobody up. */
const BITE = 1000

/**
 * A million rows a run. Each login that somebody makes up is a row for a day, and each of his addresses may send one in
 * two seconds: a thousand of them leave 300,000 between two runs.
 */
const MOST_BITES = 1000

const sweeps = [
  ...[sweepSessions, sweepOperatorSessions],
  ...[sweepTickets, sweepFlows, sweepFailures, sweepPlaces],
]

/** Deletes sessions, tickets, flows and counted attempts that are over. */
export class IdentitySweep {
  readonly #ports: Ports
  #isStopped = false
  readonly #runs = new RepeatedRun(() => this.sweep(), EVERY_MS)

  constructor(ports: Ports) {
    this.#ports = ports
  }

  start(): void {
    this.#runs.start()
  }

  stop(): Promise<void> {
    this.#isStopped = true
    return this.#runs.stop()
  }

  async sweep(): Promise<void> {
    const { knex, log } = this.#ports
    try {
      for (const sweep of sweeps)
        await inBites(() => sweep(knex, BITE), {
          size: BITE,
          most: MOST_BITES,
          isStopped: () => this.#isStopped,
        })
    } catch (err) {
      log.warn({ err }, 'what is over of sign-ins could not be deleted')
    }
  }
}
