import { leastQuantile, type Pmf, pmfOf } from '../intermittent/pmf.ts'

/** Terms below this share of the largest are rounding of the sum. */
const NEGLIGIBLE = 1e-18

/**
 * The negative binomial distribution of a mean and a variance, in steps of a grid: Poisson demands whose sizes or whose
 * rate vary (Syntetos, Lengu and Babai 2013, International Journal of Production Research 51, 36–46, found it the best
 * fit of slow movers). A variance not above the mean gives Poisson.
 *
 * Terms are relative to the mode's, so no mean underflows; P(k+1)/P(k) = (k + r)/(k + 1) · m/(m + r).
 * @param mean in steps, 0 or more.
 * @param variance in steps squared.
 */
export function negativeBinomialPmf(mean: number, variance: number, step = 1): Pmf {
  if (mean <= 0) return { step, probabilities: [1] }
  const shape = variance > mean ? mean ** 2 / (variance - mean) : Number.POSITIVE_INFINITY
  const ratio = (k: number): number =>
    shape === Number.POSITIVE_INFINITY
      ? mean / (k + 1)
      : ((k + shape) / (k + 1)) * (mean / (mean + shape))
  const mode = modeOf(mean, shape)
  const below: number[] = []
  for (let k = mode - 1, term = 1; k >= 0; k--) {
    term /= ratio(k)
    if (term < NEGLIGIBLE) {
      // What is left out below must still hold its place.
      for (let rest = k; rest >= 0; rest--) below.push(0)
      break
    }
    below.push(term)
  }
  const above: number[] = []
  for (let k = mode, term = 1; ; k++) {
    term *= ratio(k)
    if (term < NEGLIGIBLE) break
    above.push(term)
  }
  return pmfOf(step, [...below.reverse(), 1, ...above])
}

/** The least whole number that a negative binomial demand stays within with this probability. */
export function negativeBinomialQuantile(
  probability: number,
  mean: number,
  variance: number,
): number {
  return leastQuantile(negativeBinomialPmf(mean, variance), probability)
}

function modeOf(mean: number, shape: number): number {
  if (shape === Number.POSITIVE_INFINITY) return Math.floor(mean)
  return shape <= 1 ? 0 : Math.floor(((shape - 1) * mean) / shape)
}
