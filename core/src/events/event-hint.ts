/** To tell the other nodes that events are there. */
export const EVENT_CHANNEL = 'signalbox_events'

/** A NOTIFY costs a transaction of its own: a node that writes a thousand events a second sends a hundred. */
const LEAST_GAP_MS = 10

interface Ports {
  /** Rejects where PostgreSQL is away: then the others find the events by polling. */
  readonly send: () => Promise<unknown>
  readonly now: () => number
  readonly later: (ms: number, work: () => void) => void
}

/** Tells of events, at most once in 10 ms and one after the other; what comes meanwhile is told with the next. */
export class EventHint {
  readonly #ports: Ports
  #sentAt = Number.NEGATIVE_INFINITY
  #isPlanned = false
  #isSending = false
  #isAsked = false

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** To be called after the events are committed: who looks then sees them. */
  tell(): void {
    this.#isAsked = true
    if (this.#isPlanned || this.#isSending) return
    const waitMs = this.#sentAt + LEAST_GAP_MS - this.#ports.now()
    if (waitMs <= 0) {
      void this.#send()
      return
    }
    this.#isPlanned = true
    this.#ports.later(waitMs, () => {
      this.#isPlanned = false
      void this.#send()
    })
  }

  async #send(): Promise<void> {
    this.#isAsked = false
    this.#isSending = true
    this.#sentAt = this.#ports.now()
    try {
      await this.#ports.send()
    } catch {
      // A hint is lost as easily as it is found.
    }
    this.#isSending = false
    if (this.#isAsked) this.tell()
  }
}
