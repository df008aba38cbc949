interface Waiting<Item, Result> {
  readonly item: Item
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
}

interface Options<Item, Result> {
  /** Writes a batch at once. @returns a result an item, in the same order */
  readonly write: (items: readonly Item[]) => Promise<readonly Result[]>
  /** In whatever unit the bounds are. */
  readonly weightOf: (item: Item) => number
  /** Of one write; a single item may be heavier. */
  readonly maxBatch: number
  /** Beyond it a writer is refused rather than made to wait. */
  readonly maxWaiting: number
  readonly refusal: () => Error
  /** What a write waits for, so that more comes together; absent: for nothing. */
  readonly gather?: () => Promise<unknown>
}

/** What comes while one write is under way goes into the next together: a commit costs the same for one or many. */
export class GroupCommit<Item, Result> {
  readonly #options: Options<Item, Result>
  readonly #waiting: Waiting<Item, Result>[] = []
  #weight = 0
  #writing: Promise<void> | undefined

  constructor(options: Options<Item, Result>) {
    this.#options = options
  }

  /** Resolves when the item is written. @throws what the write of its batch threw */
  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      const { maxWaiting, refusal, weightOf } = this.#options
      if (this.#weight >= maxWaiting) {
        reject(refusal())
        return
      }
      this.#weight += weightOf(item)
      this.#waiting.push({ item, resolve, reject })
      this.#writing ??= this.#writeAll()
    })
  }

  /** Resolves when nothing waits any more. */
  async drained(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing
  }

  async #writeAll(): Promise<void> {
    // What is said in the same turn goes together.
    await Promise.resolve()
    while (this.#waiting.length > 0) {
      await this.#options.gather?.()
      const batch = this.#nextBatch()
      try {
        const results = await this.#options.write(batch.map(({ item }) => item))
        for (const [index, { resolve }] of batch.entries()) resolve(results[index] as Result)
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
    this.#writing = undefined
  }

  #nextBatch(): readonly Waiting<Item, Result>[] {
    const { maxBatch, weightOf } = this.#options
    let weight = 0
    const end = this.#waiting.findIndex(({ item }, index) => {
      weight += weightOf(item)
      return weight > maxBatch && index > 0
    })
    const batch = this.#waiting.splice(0, end < 0 ? this.#waiting.length : end)
    this.#weight -= batch.reduce((sum, { item }) => sum + weightOf(item), 0)
    return batch
  }
}
