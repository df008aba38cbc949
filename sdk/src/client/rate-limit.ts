import { MAX_WAIT_MS } from './retry-rules.ts'

/** What one policy of `RateLimit` and `RateLimit-Policy` says; times in seconds. */
interface Limit {
  readonly left: number
  readonly resetS: number
  readonly quota: number
  readonly windowS: number
}

/** Items of a list with parameters (RFC 9651), as far as these two fields use them. */
function itemsOf(header: string | null): Map<string, Record<string, number>> {
  const items = (header ?? '').matchAll(/"([^"]*)"((?:\s*;\s*[a-z]+=\d+)*)/g)
  return new Map(
    [...items].map(([, name = '', parameters = '']) => {
      const pairs = [...parameters.matchAll(/([a-z]+)=(\d+)/g)]
      return [name, Object.fromEntries(pairs.map(([, key, value]) => [key, Number(value)]))]
    }),
  )
}

/**
 * The policy that is nearest to a refusal, of those whose window is short enough to be waited for
 * (draft-ietf-httpapi-ratelimit-headers-10). Undefined: the headers say nothing of such a one.
 */
function nearestLimit(limits: string | null, policies: string | null): Limit | undefined {
  const known = itemsOf(policies)
  return [...itemsOf(limits)]
    .map(([name, { r = Number.POSITIVE_INFINITY, t = 0 }]) => {
      const { q = 1, w = t } = known.get(name) ?? {}
      return { left: r, resetS: t, quota: q, windowS: w }
    })
    .filter(({ resetS, windowS }) => Math.max(resetS, windowS) * 1000 <= MAX_WAIT_MS)
    .sort((a, b) => a.left - b.left)[0]
}

/** Lets through what the host would admit, as far as its last answer told, and holds the rest until it will. */
export class RateGate {
  #left = Number.POSITIVE_INFINITY
  #resetAt = Number.POSITIVE_INFINITY
  #limit: Limit | undefined
  #inFlight = 0

  /** @returns milliseconds to wait before asking again; 0: it may be sent, and is counted. */
  take(now: number): number {
    if (this.#limit !== undefined && now >= this.#resetAt) {
      // A new window: the host gives as much again, and says so with the first answer.
      this.#left = this.#limit.quota
      this.#resetAt = now + Math.max(1, this.#limit.windowS) * 1000
    }
    if (this.#left <= 0) return this.#resetAt - now
    this.#left -= 1
    this.#inFlight += 1
    return 0
  }

  /** An answer came, or none will: `headers` are undefined then. */
  learn(headers: Headers | undefined, now: number): void {
    this.#inFlight -= 1
    if (headers === undefined) return
    const limit = nearestLimit(headers.get('ratelimit'), headers.get('ratelimit-policy'))
    if (limit === undefined) return
    this.#limit = limit
    // What is under way is not in the answer yet.
    this.#left = limit.left - this.#inFlight
    this.#resetAt = now + limit.resetS * 1000
  }
}
