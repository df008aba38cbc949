import { type GcraLimit, type GcraVerdict, gcra } from './gcra.ts'

/** Keys kept at most: at 100 bytes each 10 MB. The oldest go first, and only those that are full again matter not. */
const MAX_KEYS = 100_000

/** Bursts of this node, in memory: it goes on when PostgreSQL is away. */
export class RateLimiter {
  readonly #tats = new Map<string, number>()
  readonly #now: () => number

  /** @param now milliseconds on a clock that never runs backwards */
  constructor(now: () => number) {
    this.#now = now
  }

  take(key: string, limit: GcraLimit): GcraVerdict {
    const verdict = gcra(limit, this.#tats.get(key), this.#now())
    if (verdict.allowed) {
      this.#tats.set(key, verdict.tat)
      if (this.#tats.size > MAX_KEYS) this.#forget()
    }
    return verdict
  }

  /** A key whose arrival time has passed has its whole burst again: to forget it changes nothing. */
  #forget(): void {
    const now = this.#now()
    for (const [key, tat] of this.#tats) if (tat <= now) this.#tats.delete(key)
    for (const key of this.#tats.keys()) {
      if (this.#tats.size <= MAX_KEYS) break
      this.#tats.delete(key)
    }
  }
}
