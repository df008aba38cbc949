/** Lets a few callers at a time through, keeps a few more waiting, and turns the rest away at once. */
export class ImportSlots {
  readonly #max: number
  readonly #maxWaiting: number
  readonly #waiting: (() => void)[] = []
  #taken = 0

  constructor(max: number, maxWaiting: number) {
    this.#max = max
    this.#maxWaiting = maxWaiting
  }

  /** @returns undefined when there are too many waiting, with the numbers to tell. */
  async take(): Promise<Disposable | undefined> {
    if (this.#taken < this.#max) {
      this.#taken++
    } else {
      if (this.#waiting.length >= this.#maxWaiting) return undefined
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
    return { [Symbol.dispose]: () => this.#free() }
  }

  #free(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#taken--
    else next()
  }
}
