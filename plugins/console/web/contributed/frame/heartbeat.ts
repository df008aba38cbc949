/** A frame that has said hello answers each beat; one that does not for so long hangs. */
export const BEAT_MS = 1000
export const PATIENCE_MS = 5000

export type Pulse = 'waiting' | 'alive' | 'hanging'

/** Pure but for its memory. */
export class Heartbeat {
  #beat = 0
  /** When the oldest beat that has no answer was sent. */
  #openSince: number | undefined
  #hasSpoken = false
  readonly #bornAt: number

  constructor(nowMs: number) {
    this.#bornAt = nowMs
  }

  hello(): void {
    this.#hasSpoken = true
  }

  /** @returns the number that the answer repeats */
  send(nowMs: number): number {
    this.#openSince ??= nowMs
    this.#beat += 1
    return this.#beat
  }

  answered(beat: number): void {
    if (beat === this.#beat) this.#openSince = undefined
  }

  pulse(nowMs: number): Pulse {
    const since = this.#hasSpoken ? this.#openSince : this.#bornAt
    if (since !== undefined && nowMs - since >= PATIENCE_MS) return 'hanging'
    return this.#hasSpoken ? 'alive' : 'waiting'
  }
}
