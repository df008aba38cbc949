import type { Primordials } from './primordials.ts'

interface Listener {
  readonly type: string
  readonly listener: unknown
  readonly isOnce: boolean
}

/**
 * `ctx.signal`: what an AbortSignal of the web does, without its controller, which a bundle has only where its own
 * code uses it. Made when a handler first reads it.
 */
export class CallSignal {
  readonly #p: Primordials
  readonly #listeners: Record<PropertyKey, Listener | undefined>
  #last = 0
  #reason: unknown
  #isAborted = false
  onabort: unknown = null

  constructor(p: Primordials) {
    this.#p = p
    this.#listeners = p.dictionary<Listener>()
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

  addEventListener(type: unknown, listener: unknown, options?: { readonly once?: unknown }): void {
    if (listener === null || listener === undefined) return
    const isOnce = typeof options === 'object' && options !== null && options.once === true
    // Of two that are the same, the first stays, as on the web.
    if (this.#find(`${type}`, listener) !== undefined) return
    this.#listeners[++this.#last] = { type: `${type}`, listener, isOnce }
  }

  removeEventListener(type: unknown, listener: unknown): void {
    const found = this.#find(`${type}`, listener)
    if (found !== undefined) delete this.#listeners[found]
  }

  dispatchEvent(event: { readonly type: unknown }): boolean {
    const type = `${event.type}`
    if (type === 'abort') this.#tell(this.onabort, event)
    const keys = this.#p.ownKeys(this.#listeners)
    for (let index = 0; index < keys.length; index++) {
      const key = keys[index] as string
      const one = this.#listeners[key]
      if (one === undefined || one.type !== type) continue
      if (one.isOnce) delete this.#listeners[key]
      this.#tell(one.listener, event)
    }
    return true
  }

  /** A guest that finds this aborts its own signal and nothing else. */
  static abort(signal: CallSignal, reason: unknown): void {
    if (signal.#isAborted) return
    signal.#isAborted = true
    signal.#reason = reason
    signal.dispatchEvent({ type: 'abort', target: signal, currentTarget: signal } as {
      type: string
    })
  }

  #tell(listener: unknown, event: unknown): void {
    try {
      if (typeof listener === 'function') this.#p.apply(listener, this, [event])
      else if (typeof listener === 'object' && listener !== null) {
        ;(listener as { handleEvent(event: unknown): unknown }).handleEvent(event)
      }
    } catch {
      // The others are told all the same.
    }
  }

  #find(type: string, listener: unknown): string | undefined {
    const keys = this.#p.ownKeys(this.#listeners)
    for (let index = 0; index < keys.length; index++) {
      const one = this.#listeners[keys[index] as string]
      if (one?.type === type && one.listener === listener) return keys[index] as string
    }
    return undefined
  }
}
