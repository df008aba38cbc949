/** Handlers at work at once in an isolate, beyond which each folding for itself costs more than it saves. */
const CALM = 4
/** While they go on, the job is asked for no more often. */
const ASK_MS = 200

/**
 * Handlers that run at once in an isolate, and whether some left their orders to the job. What an isolate that ends forgets of it is
 * marked all the same, and found by the job that comes every few minutes.
 */
export class Rush {
  #running = 0
  #isOwing = false
  #askedMs = 0

  get isOn(): boolean {
    return this.#running > CALM
  }

  async during(work: () => Promise<void>): Promise<void> {
    this.#running += 1
    try {
      await work()
    } finally {
      this.#running -= 1
    }
  }

  /** Orders are marked that the job is to fold. */
  owe(): void {
    this.#isOwing = true
  }

  /** Whether the job is to be asked for now: whoever is told so asks. */
  isOwed(nowMs: number): boolean {
    if (!this.#isOwing) return false
    if (this.#running > 0 && nowMs - this.#askedMs < ASK_MS) return false
    this.#isOwing = false
    this.#askedMs = nowMs
    return true
  }
}
