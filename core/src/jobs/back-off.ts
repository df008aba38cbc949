/**
 * What a failed run waits for before its next attempt: from a hiccup to an outage of a quarter of an hour.
 * After the last one it has failed.
 */
const DELAYS_MS = [1000, 5000, 30_000, 120_000, 600_000] as const

/** Runs that failed together do not come back together. */
const JITTER = 0.2

/**
 * @param failures how often the run has failed, 1 or more
 * @param random uniform in [0, 1)
 * @returns undefined: it is not tried again
 */
export function backOffMs(failures: number, random: number): number | undefined {
  const delay = DELAYS_MS[failures - 1]
  return delay === undefined ? undefined : Math.round(delay * (1 + JITTER * random))
}
