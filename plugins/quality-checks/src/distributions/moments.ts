/** The mean, from the distances to the first value: of 10^15 + small differences the differences survive. */
export function mean(values: readonly number[]): number {
  const first = values[0] ?? Number.NaN
  let sum = 0
  for (const value of values) sum += value - first
  return first + sum / values.length
}

/** Sum of squared distances to the mean by two passes, less what rounding left in the mean (Chan, Golub and LeVeque 1983). */
export function squares(values: readonly number[]): number {
  const first = values[0] ?? 0
  const shifted = values.map((value) => value - first)
  const middle = mean(shifted)
  let sum = 0
  let rest = 0
  for (const value of shifted) {
    sum += (value - middle) ** 2
    rest += value - middle
  }
  return Math.max(0, sum - (rest * rest) / values.length)
}

/** Sample standard deviation, n − 1 below; of at least two values. */
export function standardDeviation(values: readonly number[]): number {
  return Math.sqrt(squares(values) / (values.length - 1))
}

export function range(values: readonly number[]): number {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const value of values) {
    if (value < low) low = value
    if (value > high) high = value
  }
  return high - low
}
