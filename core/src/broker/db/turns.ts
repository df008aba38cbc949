/** Lets a few at a time do something; the others wait in the order they came. */
export class Turns {
  #free: number
  readonly #waiting = new Set<() => void>()

  constructor(atOnce: number) {
    this.#free = atOnce
  }

  /**
   * @param signal whoever waits may give up
   * @throws the signal's reason, when it is aborted before its turn; and what `work` throws
   */
  async take<Result>(work: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    if (this.#free > 0) this.#free--
    else if (!(await this.#isGivenTurn(signal))) signal?.throwIfAborted()
    try {
      signal?.throwIfAborted()
      return await work()
    } finally {
      // A turn goes straight to the next in line: nobody who comes meanwhile may overtake.
      const [next] = this.#waiting
      if (next === undefined) this.#free++
      else next()
    }
  }

  /** @returns false: whoever waited gave up, and has left the line */
  #isGivenTurn(signal: AbortSignal | undefined): Promise<boolean> {
    if (signal?.aborted === true) return Promise.resolve(false)
    return new Promise((resolve) => {
      const leave = (isGiven: boolean) => {
        this.#waiting.delete(begin)
        signal?.removeEventListener('abort', giveUp)
        resolve(isGiven)
      }
      const begin = () => leave(true)
      const giveUp = () => leave(false)
      this.#waiting.add(begin)
      signal?.addEventListener('abort', giveUp, { once: true })
    })
  }
}
