const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS

/** Before each try, as Standard Webhooks has it ("Deliverability"): ten tries in a little more than three days. */
export const triesAfterMs: readonly number[] = Object.freeze([
  0,
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
])

/** Of a wait, up or down: what failed together does not come back together. */
const JITTER = 0.1

/** What a receiver may ask for; longer, and it would hold its own line up for days by one slip. */
const MAX_RETRY_AFTER_MS = 24 * HOUR_MS

/**
 * @param attempts made so far, the failed one included
 * @param random uniform in [0, 1)
 * @returns milliseconds until the next try; undefined: there is none
 */
export function retryAfterMs(attempts: number, random: number): number | undefined {
  const wait = triesAfterMs[attempts]
  return wait === undefined ? undefined : Math.round(wait * (1 - JITTER + 2 * JITTER * random))
}

/**
 * Retry-After (RFC 9110 §10.2.3): seconds, or a date.
 * @returns milliseconds from now, at most a day; undefined where it says neither
 */
export function askedWaitMs(header: string | undefined, now: number): number | undefined {
  const text = header?.trim() ?? ''
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * SECOND_MS : Date.parse(text) - now
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), MAX_RETRY_AFTER_MS)
}
