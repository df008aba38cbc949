/**
 * Upper bounds, ms, the bound itself included; beyond the last is one more. They lie as promises do, on round numbers, so
 * that what a p95 is compared with is seldom inside one; neighbours are apart by 2 at most, and so an estimate by less.
 * What is stored was counted by them: add a bound only with a migration that makes the counts anew.
 */
const bounds: readonly number[] = [
  ...[1, 2, 3, 5, 7, 10, 15, 20, 30, 40, 50, 70, 100, 150, 200, 250, 300, 400, 500, 700],
  ...[1000, 1500, 2000, 2500, 3000, 4000, 5000, 7000, 10_000, 15_000, 20_000, 30_000],
  ...[60_000, 120_000, 240_000, 480_000, 900_000],
]

export const BUCKETS = bounds.length + 1

/** @returns in which bucket a duration counts; by halving, so six comparisons */
export function bucketOf(ms: number): number {
  let from = 0
  let to = bounds.length
  while (from < to) {
    const middle = (from + to) >> 1
    if (ms <= (bounds[middle] as number)) to = middle
    else from = middle + 1
  }
  return from
}

/**
 * The time within which a share of what was counted was answered: linear within its bucket, as Prometheus'
 * histogram_quantile.
 * @param share 0 to 1
 * @returns ms; the last bound where it is beyond all, undefined where nothing was counted
 */
export function quantileOf(counts: readonly number[], share: number): number | undefined {
  const total = counts.reduce((sum, count) => sum + count, 0)
  if (total === 0) return undefined
  const rank = share * total
  let below = 0
  for (const [index, bound] of bounds.entries()) {
    const count = counts[index] ?? 0
    if (count > 0 && below + count >= rank) {
      const lower = bounds[index - 1] ?? 0
      return lower + ((bound - lower) * Math.max(0, rank - below)) / count
    }
    below += count
  }
  return bounds.at(-1)
}
