/**
 * The time of one call that was its own: from its start to its end without what it waited for the host. CPU of a
 * process that serves many calls at once cannot be shared out; this is the most it can have been.
 */
export class OwnTime {
  readonly #clock: () => number
  #since: number
  #waiting = 0
  #ms = 0

  /** @param clock in milliseconds, never back. */
  constructor(clock: () => number) {
    this.#clock = clock
    this.#since = clock()
  }

  asks(): void {
    if (this.#waiting++ === 0) this.#ms += this.#clock() - this.#since
  }

  isAnswered(): void {
    if (--this.#waiting === 0) this.#since = this.#clock()
  }

  /** Whole microseconds so far. */
  get us(): number {
    const running = this.#waiting === 0 ? this.#clock() - this.#since : 0
    return Math.round((this.#ms + running) * 1000)
  }
}
