import { marketplaceErrors } from '../errors.ts'

/** Seconds after which a turned-away caller may come back. */
const RETRY_AFTER_S = 5

/**
 * Lets a few through at once, a bounded number wait, and turns the rest away. It stands before work whose
 * memory or thread-pool time is large, so that the host's cost for it does not grow with the callers.
 */
export class Gate {
  readonly #places: number
  readonly #maxWaiting: number
  readonly #waiting: (() => void)[] = []
  #taken = 0

  constructor(places: number, maxWaiting: number) {
    this.#places = places
    this.#maxWaiting = maxWaiting
  }

  /** @returns gives the place back; calling it again does nothing. @throws `MKT_BUSY` */
  async enter(): Promise<() => void> {
    if (this.#taken < this.#places) this.#taken += 1
    else await this.#wait()
    let left = false
    return () => {
      if (left) return
      left = true
      this.#leave()
    }
  }

  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    const leave = await this.enter()
    try {
      return await work()
    } finally {
      leave()
    }
  }

  #wait(): Promise<void> {
    if (this.#waiting.length >= this.#maxWaiting) {
      throw marketplaceErrors.create('BUSY', {}, { retryAfterS: RETRY_AFTER_S })
    }
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  /** The place goes straight to the next in line, so nobody who just came can slip in between. */
  #leave(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#taken -= 1
    else next()
  }
}
