/** The mean of one value or more; summed as shares, so that values near the largest number do not overflow. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value / values.length, 0)
}
