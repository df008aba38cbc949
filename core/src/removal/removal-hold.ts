/** The work went on somewhere else, or is wanted no more: nothing is wrong, and nothing more is to be done here. */
export class HoldLost extends Error {}

interface Ports {
  /** @returns false: it is not ours any more. */
  readonly renew: () => Promise<boolean>
  readonly everyMs: number
  /** All of the work may take so long. */
  readonly deadlineMs: number
}

/** A removal that this node works at, renewed for as long as the work goes on. */
export class RemovalHold {
  readonly #ending = new AbortController()
  readonly #timer: NodeJS.Timeout
  readonly #deadline: NodeJS.Timeout

  constructor({ renew, everyMs, deadlineMs }: Ports) {
    this.#timer = setInterval(() => {
      // A renewal that PostgreSQL does not answer now is tried again; the lease outlives some of them.
      renew().then(
        (isOurs) => isOurs || this.give(),
        () => undefined,
      )
    }, everyMs)
    this.#deadline = setTimeout(() => {
      this.#ending.abort(new Error(`it has taken longer than ${deadlineMs / 60_000} minutes`))
    }, deadlineMs)
    this.#timer.unref()
    this.#deadline.unref()
  }

  get signal(): AbortSignal {
    return this.#ending.signal
  }

  /** Gives it up: whoever works stops at the next look at the signal. */
  give(): void {
    this.#ending.abort(new HoldLost('the removal goes on without us'))
  }

  end(): void {
    clearInterval(this.#timer)
    clearTimeout(this.#deadline)
  }
}
