/** Longer than this nobody waits for a call: what the host says beyond it is told to the caller. */
export const MAX_WAIT_MS = 30_000
const FIRST_BACK_OFF_MS = 100
const MAX_BACK_OFF_MS = 5000

/**
 * Full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter"): clients that failed together come back apart.
 * @param tries how many have failed, from 1
 * @param random at least 0 and below 1
 * @returns milliseconds
 */
export function backOffMs(tries: number, random: number): number {
  return random * Math.min(MAX_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** tries)
}

/** `Retry-After` (RFC 9110 §10.2.3) as seconds from now: delay-seconds or a date. Undefined: none that can be read. */
export function retryAfterS(header: string | null, now: number): number | undefined {
  if (header === null) return undefined
  if (/^\d+$/.test(header)) return Number(header)
  const at = Date.parse(header)
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - now) / 1000))
}

/**
 * Whether the same request may succeed a little later. That it did not run twice is another matter: only what is safe,
 * or has an idempotency key, is sent again at all.
 */
export function isPassing(status: number, code: string): boolean {
  return [429, 502, 503].includes(status) || code === 'CORE_IDEMPOTENCY_IN_PROGRESS'
}
