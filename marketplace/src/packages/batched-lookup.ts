/**
 * Answers many concurrent look-ups with one query at a time. Whoever asks while a query is under way joins the
 * next one, never the current: an answer is always read after it was asked for, so a client that was told
 * its publish is done sees it. Costs at most one more round trip, and saves a query for every request.
 */
export class BatchedLookup<Value> {
  readonly #read: (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>
  #waiting = new Map<string, PromiseWithResolvers<Value | undefined>>()
  #isReading = false

  constructor(read: (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>) {
    this.#read = read
  }

  get(key: string): Promise<Value | undefined> {
    const waiting = this.#waiting.get(key) ?? Promise.withResolvers<Value | undefined>()
    this.#waiting.set(key, waiting)
    if (!this.#isReading) void this.#readAll()
    return waiting.promise
  }

  async #readAll(): Promise<void> {
    this.#isReading = true
    while (this.#waiting.size > 0) {
      const batch = this.#waiting
      this.#waiting = new Map()
      try {
        const values = await this.#read([...batch.keys()])
        for (const [key, { resolve }] of batch) resolve(values.get(key))
      } catch (error) {
        for (const { reject } of batch.values()) reject(error)
      }
    }
    this.#isReading = false
  }
}
