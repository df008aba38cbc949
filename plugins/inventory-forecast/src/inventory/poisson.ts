/** Terms below this share of the largest are rounding of the sum. */
const NEGLIGIBLE = 1e-18

/**
 * The least whole number q with P(X ≤ q) ≥ probability, for a Poisson variable.
 *
 * Sums terms relative to that of the mode, so that no mean overflows or underflows; the work grows with the
 * square root of the mean.
 * @param mean 0 or more.
 * @param probability between 0 and 1, both excluded.
 */
export function poissonQuantile(probability: number, mean: number): number {
  if (mean === 0) return 0
  const mode = Math.floor(mean)
  const below: number[] = []
  for (let k = mode, term = 1; k > 0 && term > NEGLIGIBLE; k--) {
    term *= k / mean
    below.push(term)
  }
  const above: number[] = [1]
  for (let k = mode + 1, term = mean / (mode + 1); term > NEGLIGIBLE; k++, term *= mean / k)
    above.push(term)
  const terms = [...below.reverse(), ...above]
  const total = terms.reduce((sum, term) => sum + term, 0)
  // As R's qpois: a sum that misses the probability by rounding alone has reached it.
  const target = probability * total * (1 - 64 * Number.EPSILON)
  let sum = 0
  const reached = terms.findIndex((term) => {
    sum += term
    return sum >= target
  })
  return mode - below.length + (reached === -1 ? terms.length - 1 : reached)
}
