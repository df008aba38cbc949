/** Words in a second, those at once, and calls that are not answered yet. */
const WORDS_PER_SECOND = 20
const MOST_AT_ONCE = 60
const MOST_PENDING = 8

/** How much a frame may say: what is beyond is not heard, and a frame that does not stop is closed. Pure but for its memory. */
export class FramePace {
  #left = MOST_AT_ONCE
  #at: number
  #pending = 0
  #unheard = 0

  constructor(nowMs: number) {
    this.#at = nowMs
  }

  /** @returns whether a word is heard */
  hear(nowMs: number): boolean {
    const gained = ((nowMs - this.#at) / 1000) * WORDS_PER_SECOND
    this.#left = Math.min(MOST_AT_ONCE, this.#left + gained)
    this.#at = nowMs
    if (this.#left < 1) {
      this.#unheard += 1
      return false
    }
    this.#left -= 1
    return true
  }

  /** So many words were not heard that nobody can mean them. */
  get isFlood(): boolean {
    return this.#unheard > 1000
  }

  /** @returns whether a call may begin; whoever began one ends it */
  begin(): boolean {
    if (this.#pending >= MOST_PENDING) return false
    this.#pending += 1
    return true
  }

  end(): void {
    this.#pending -= 1
  }
}
