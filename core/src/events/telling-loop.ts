import { setTimeout as delay } from 'node:timers/promises'
import { everyMs, type Wakes } from '../storage/wakes.ts'

/** What an outage kept, or nobody was hinted at, is found this late. */
const POLL_MS = 2000

interface Ports {
  /** Tells some. @returns whether there may be more */
  readonly tell: () => Promise<boolean>
  /** Who waits while PostgreSQL is away, for the log. */
  readonly waiting: string
  /** Looks that nobody asked for; every 2000 ms, when absent. */
  readonly wakes?: Wakes | undefined
  /** So long from a look that left nothing to the next: what comes meanwhile is told together. None, when absent. */
  readonly gapMs?: () => number
  readonly log: { warn(fields: object, message: string): void }
}

/** Tells what there is to tell, one try at a time, until nothing is left; and looks again when it is asked to. */
export class TellingLoop {
  readonly #ports: Ports
  #telling: Promise<void> | undefined
  #end: () => void = () => undefined
  #isAsked = false
  #isAway = false
  #isStopped = true
  readonly #stop = new AbortController()

  constructor(ports: Ports) {
    this.#ports = ports
  }

  start(): void {
    this.#isStopped = false
    this.#end = (this.#ports.wakes ?? everyMs(POLL_MS)).begin(() => this.look())
    this.look()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#stop.abort()
    this.#end()
    await this.#telling
  }

  look(): void {
    if (this.#isStopped) return
    this.#isAsked = true
    this.#telling ??= this.#tellAll()
  }

  /** Something else that belongs to it could not be done: said once an outage. */
  tellAway(err: unknown): void {
    if (!this.#isAway && !this.#isStopped) {
      this.#ports.log.warn({ err }, `${this.#ports.waiting} wait for PostgreSQL`)
    }
    this.#isAway = true
  }

  async #tellAll(): Promise<void> {
    // Who asks in the same turn asks for the same look.
    await Promise.resolve()
    while (this.#isAsked && !this.#isStopped) {
      this.#isAsked = false
      try {
        if (await this.#ports.tell()) this.#isAsked = true
        else await this.#gap()
        this.#isAway = false
      } catch (err) {
        this.tellAway(err)
        // The poll asks again.
        break
      }
    }
    this.#telling = undefined
  }

  async #gap(): Promise<void> {
    const ms = this.#ports.gapMs?.() ?? 0
    if (ms === 0) return
    const { signal } = this.#stop
    await delay(ms, undefined, { signal }).catch(() => undefined)
  }
}
