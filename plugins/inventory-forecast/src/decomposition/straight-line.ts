/**
 * Ordinary least squares of `values` on 0, 1, 2 …
 * @returns the fitted value at 0 and the slope per step; a single value has slope 0.
 */
export function fitLine(values: readonly number[]): { intercept: number; slope: number } {
  const n = values.length
  const middle = (n - 1) / 2
  const mean = values.reduce((sum, value) => sum + value, 0) / n
  let cross = 0
  let spread = 0
  for (const [t, value] of values.entries()) {
    cross += (t - middle) * (value - mean)
    spread += (t - middle) ** 2
  }
  const slope = spread === 0 ? 0 : cross / spread
  return { intercept: mean - slope * middle, slope }
}
