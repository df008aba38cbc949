import type { LogLevel } from '@signalbox/sandbox'

/**
 * Lines a second that a plugin may have kept in a tenant on each node, and how many at once: more nobody reads, and each is
 * written to disk. Warnings and errors have as many of their own, so that chatter does not take their place.
 */
const A_SECOND = 20
const AT_ONCE = 1000

/** Plugins in tenants that are told apart; one that is full again is forgotten first. */
const MAX_KEYS = 10_000

interface Bucket {
  left: number
  at: number
}

/** Which lines of a plugin in a tenant are kept. Without a clock of its own. */
export class LineBudget {
  readonly #buckets = new Map<string, Bucket>()

  /** @returns whether there is room for one more line */
  take(tenant: string, plugin: string, level: LogLevel, now: number): boolean {
    const isLoud = level === 'warn' || level === 'error'
    const key = `${isLoud ? '!' : '.'} ${tenant} ${plugin}`
    const bucket = this.#buckets.get(key) ?? this.#begin(key, now)
    if (bucket === undefined) return false
    const gained = (Math.max(0, now - bucket.at) * A_SECOND) / 1000
    bucket.left = Math.min(AT_ONCE, bucket.left + gained)
    bucket.at = now
    if (bucket.left < 1) return false
    bucket.left -= 1
    return true
  }

  #begin(key: string, now: number): Bucket | undefined {
    if (this.#buckets.size >= MAX_KEYS) this.#forget(now)
    if (this.#buckets.size >= MAX_KEYS) return undefined
    const bucket = { left: AT_ONCE, at: now }
    this.#buckets.set(key, bucket)
    return bucket
  }

  #forget(now: number): void {
    for (const [key, { left, at }] of this.#buckets) {
      if (left + ((now - at) * A_SECOND) / 1000 >= AT_ONCE) this.#buckets.delete(key)
    }
  }
}
