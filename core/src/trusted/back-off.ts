/** A process that died once by chance is back before most callers notice. */
const FIRST_MS = 100
/** By then its circuit is open as a rule: a start a minute costs nobody anything. */
const MOST_MS = 60_000

/**
 * How long to wait before the next start: exponential, with half of it by chance, so that versions that died
 * together do not start together.
 *
 * @param failures in a row, at least 1
 * @param random at least 0 and below 1
 * @returns whole milliseconds
 */
export function backOffMs(failures: number, random: number): number {
  const full = Math.min(FIRST_MS * 2 ** (failures - 1), MOST_MS)
  return Math.round(full * (0.5 + random / 2))
}
