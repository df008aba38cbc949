import { DOMException } from './dom-exception.ts'
import { Event, EventTarget } from './event-target.ts'
import { setTimeout } from './timers.ts'

/** Kept out of reach: a signal is made by its controller or by its static functions, never with `new`. */
const inside = Symbol('inside')

/** Aborts a signal, unless it is aborted already. */
let trigger: (signal: AbortSignal, reason: unknown) => void

/** As much of a signal as one needs to follow it. */
type ForeignSignal = EventTarget & { readonly reason: unknown }

/** https://dom.spec.whatwg.org/#interface-AbortSignal */
export class AbortSignal extends EventTarget {
  #isAborted = false
  #reason: unknown
  #followers: AbortSignal[] = []
  /** Of another class, that it follows. */
  #foreign: readonly ForeignSignal[] = []
  #sources: AbortSignal[] | undefined
  onabort: ((event: Event) => unknown) | null = null

  constructor(key?: typeof inside) {
    super()
    if (key !== inside) throw new TypeError('Illegal constructor: use an AbortController')
  }

  static abort(reason?: unknown): AbortSignal {
    const signal = new AbortSignal(inside)
    trigger(signal, reason)
    return signal
  }

  /** A timer like any other: bounded, and ended with its call. */
  static timeout(ms: number): AbortSignal {
    const signal = new AbortSignal(inside)
    const reason = () => new DOMException('The operation timed out.', 'TimeoutError')
    setTimeout(() => trigger(signal, reason()), ms)
    return signal
  }

  static any(signals: Iterable<AbortSignal>): AbortSignal {
    const given = [...signals]
    const signal = new AbortSignal(inside)
    const aborted = given.find((one) => one.aborted)
    if (aborted !== undefined) {
      trigger(signal, aborted.reason)
      return signal
    }
    // Followers follow the first sources only, so that chains of signals stay flat.
    const own = given.filter((one) => #followers in one)
    const sources = new Set(own.flatMap((one) => one.#sources ?? [one]))
    signal.#sources = [...sources]
    for (const source of sources) source.#followers.push(signal)
    // `ctx.signal` is the host's: no object of this class.
    const foreign = given.filter((one) => !(#followers in one)) as readonly ForeignSignal[]
    signal.#foreign = [...new Set([...foreign, ...own.flatMap((one) => one.#foreign)])]
    for (const one of signal.#foreign) {
      one.addEventListener('abort', () => trigger(signal, one.reason), { once: true })
    }
    return signal
  }

  static {
    trigger = (signal, reason) => {
      if (signal.#isAborted) return
      const aborted = () => new DOMException('This operation was aborted', 'AbortError')
      const told = reason === undefined ? aborted() : reason
      const all = [signal, ...signal.#followers.filter((one) => !one.#isAborted)]
      // All have the reason before any listener runs.
      for (const one of all) {
        one.#isAborted = true
        one.#reason = told
        one.#followers = []
        one.#sources = undefined
      }
      for (const one of all) one.#tell()
    }
  }

  #tell(): void {
    const { onabort } = this
    if (typeof onabort === 'function') this.addEventListener('abort', onabort, { once: true })
    this.dispatchEvent(new Event('abort'))
  }

  get aborted(): boolean {
    return this.#isAborted
  }

  get reason(): unknown {
    return this.#reason
  }

  throwIfAborted(): void {
    if (this.#isAborted) throw this.#reason
  }

  get [Symbol.toStringTag](): string {
    return 'AbortSignal'
  }
}

/** https://dom.spec.whatwg.org/#interface-abortcontroller */
export class AbortController {
  readonly #signal = new AbortSignal(inside)

  get signal(): AbortSignal {
    return this.#signal
  }

  abort(reason?: unknown): void {
    trigger(this.#signal, reason)
  }

  get [Symbol.toStringTag](): string {
    return 'AbortController'
  }
}
