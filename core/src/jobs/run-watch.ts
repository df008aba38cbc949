import type { WatchedSignal } from '@signalbox/sandbox'
import type { Knex } from 'knex'
import { coreErrors } from '../errors.ts'
import { type ClaimedRun, endKey, stillHeld } from './run-store.ts'

/** What was cancelled on another node is seen here within this; with the lanes' own look, well within a second. */
const LOOK_MS = 500

interface Held {
  readonly claimed: ClaimedRun
  readonly signal: { aborted: boolean; reason: unknown } & WatchedSignal
}

interface Ports {
  readonly knex: Knex
  readonly log: { warn(fields: object, message: string): void }
}

/**
 * Runs at work on this node, and whether they are still wanted. Whoever cancels one ends its row: a row that this
 * node does not hold any more ends the run. One small question each half second, only while something runs that long.
 */
export class RunWatch {
  readonly #ports: Ports
  readonly #held = new Map<string, Held>()
  #timer: NodeJS.Timeout | undefined
  #isLooking = false
  #again = false

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** @returns aborted when the run is cancelled */
  hold(claimed: ClaimedRun): WatchedSignal {
    const signal = { aborted: false, reason: undefined as unknown }
    this.#held.set(endKey(claimed), { claimed, signal })
    this.#lookLater()
    return signal
  }

  release(claimed: ClaimedRun): void {
    this.#held.delete(endKey(claimed))
  }

  /** One look at a time; who asks during one gets another after it. Never rejects. */
  look(): void {
    if (this.#isLooking) {
      this.#again = true
      return
    }
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#held.size === 0) return
    this.#isLooking = true
    void this.#lookOnce().finally(() => {
      this.#isLooking = false
      const isAsked = this.#again
      this.#again = false
      if (isAsked) this.look()
      else this.#lookLater()
    })
  }

  stop(): void {
    this.#held.clear()
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #lookLater(): void {
    if (this.#timer !== undefined || this.#isLooking || this.#held.size === 0) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.look()
    }, LOOK_MS)
    this.#timer.unref()
  }

  async #lookOnce(): Promise<void> {
    const asked = [...this.#held]
    try {
      const claims = asked.map(([, { claimed }]) => claimed)
      const still = await stillHeld(this.#ports.knex, claims)
      for (const [key, { claimed, signal }] of asked) {
        if (still.has(key)) continue
        const { plugin, job } = claimed.schedule
        signal.reason = coreErrors.create('JOB_RUN_CANCELLED', { plugin, job })
        signal.aborted = true
      }
    } catch (err) {
      this.#ports.log.warn({ err }, 'whether runs were cancelled cannot be read: they go on')
    }
  }
}
