/** The 95 % point of the normal distribution: a test at the 90 % level, two-sided. */
const CRITICAL = 1.6448536269514722

/**
 * Whether the autocorrelation one year back differs from zero, by Bartlett's standard error: the test of
 * Assimakopoulos and Nikolopoulos (2000), §3.
 * @param frequency seasons a year; a series shorter than two years has no season to test.
 */
export function hasSeason(values: readonly number[], frequency: number): boolean {
  if (frequency < 2 || values.length < 2 * frequency) return false
  const correlations = autocorrelations(values, frequency)
  const yearly = correlations.pop() as number
  const variance = (1 + 2 * correlations.reduce((sum, r) => sum + r * r, 0)) / values.length
  return Math.abs(yearly) > CRITICAL * Math.sqrt(variance)
}

/** Sample autocorrelations at lags 1 … maxLag. */
function autocorrelations(values: readonly number[], maxLag: number): number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const centred = values.map((value) => value - mean)
  const total = centred.reduce((sum, value) => sum + value * value, 0)
  return Array.from({ length: maxLag }, (_, k) => {
    let sum = 0
    for (let t = k + 1; t < centred.length; t++)
      sum += (centred[t] as number) * (centred[t - k - 1] as number)
    return sum / total
  })
}
