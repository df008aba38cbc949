/** Time during which at least one of several things was under way, however they overlap. */
export class BusyClock {
  readonly #now: () => number
  #running = 0
  #since = 0
  #total = 0

  constructor(now: () => number) {
    this.#now = now
  }

  get busyMs(): number {
    return this.#total + (this.#running > 0 ? this.#now() - this.#since : 0)
  }

  async during<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    if (this.#running++ === 0) this.#since = this.#now()
    try {
      return await work()
    } finally {
      if (--this.#running === 0) this.#total += this.#now() - this.#since
    }
  }
}
