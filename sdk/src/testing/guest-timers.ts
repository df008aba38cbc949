import { callLimits } from '../host-calls/call-limits.ts'

const { timers: MAX_TIMERS } = callLimits

/** https://html.spec.whatwg.org/#timers: what does not fit into 31 bits is taken for the shortest. */
const MAX_MS = 2 ** 31 - 1

/** Whose timers these are made of. */
interface TimerClock {
  readonly isRepeated: boolean
  /** @returns what stops it */
  readonly start: (run: () => void, ms: number) => () => void
}

/** The timers of one call: they are counted as in a sandbox, run by the real clock, and end with the call. */
export class GuestTimers {
  readonly #tooMany: (reached: number, limit: number) => Error
  readonly #timers = new Map<number, { readonly stop: () => void }>()
  #lastId = 0

  /** @param tooMany what a handler is told that sets one too many */
  constructor(tooMany: (reached: number, limit: number) => Error) {
    this.#tooMany = tooMany
  }

  /** @returns its number, as in a browser. @throws TypeError, SBX_TIMERS_EXCEEDED */
  set(clock: TimerClock, callback: unknown, ms: unknown, parts: readonly unknown[]): number {
    if (typeof callback !== 'function') throw new TypeError('A timer takes a function')
    if (this.#timers.size >= MAX_TIMERS) throw this.#tooMany(MAX_TIMERS + 1, MAX_TIMERS)
    const wanted = Math.trunc(Number(ms))
    const id = ++this.#lastId
    const run = () => {
      if (!clock.isRepeated) this.#timers.delete(id)
      callback(...parts)
    }
    const stop = clock.start(run, wanted >= 1 && wanted <= MAX_MS ? wanted : 1)
    this.#timers.set(id, { stop })
    return id
  }

  /** @returns whether it was one of this call */
  clear(id: unknown): boolean {
    const timer = this.#timers.get(Number(id))
    timer?.stop()
    return this.#timers.delete(Number(id))
  }

  end(): void {
    for (const { stop } of this.#timers.values()) stop()
    this.#timers.clear()
  }
}
