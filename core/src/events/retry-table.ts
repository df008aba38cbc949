const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS

/**
 * How long an event waits after its n-th failed try. The first ones outlive a deploy and a restart, the last ones
 * a night in which nobody looks: ten tries in about a day and a half.
 */
export const retryDelaysMs: readonly number[] = Object.freeze([
  1 * SECOND_MS,
  4 * SECOND_MS,
  15 * SECOND_MS,
  1 * MINUTE_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  8 * HOUR_MS,
  24 * HOUR_MS,
])

/** The first delivery and a retry after each delay. */
export const MAX_TRIES = retryDelaysMs.length + 1

/** While the host itself is at fault nothing is counted; this is as often as it looks whether it can again. */
export const HOST_DELAY_MS = 2 * SECOND_MS

/** Half of a delay is fixed and half drawn: what failed together does not come back together. */
export function jittered(delayMs: number, random: number): number {
  return Math.round(delayMs / 2 + (delayMs / 2) * random)
}

/**
 * @param tries how often the event was tried, the failed one included
 * @param random at least 0, below 1
 * @returns milliseconds until the next try; undefined: there is none
 */
export function retryDelayMs(tries: number, random: number): number | undefined {
  const delay = retryDelaysMs[tries - 1]
  return delay === undefined ? undefined : jittered(delay, random)
}
