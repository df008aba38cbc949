/** Lets a few at a time do something; the others wait in the order they came. */
export class Turns {
  #free: number
  readonly #waiting: (() => void)[] = []

  constructor(atOnce: number) {
    this.#free = atOnce
  }

  async take<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#free > 0) this.#free--
    else await new Promise<void>((done) => this.#waiting.push(done))
    try {
      return await work()
    } finally {
      // A turn goes straight to the next in line: nobody who comes meanwhile may overtake.
      const next = this.#waiting.shift()
      if (next) next()
      else this.#free++
    }
  }
}
