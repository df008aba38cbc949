import { continuedFraction } from './continued-fraction.ts'
import { poissonDensity } from './saddle-point.ts'

interface Tails {
  readonly lower: number
  readonly upper: number
}

/**
 * The regularised incomplete gamma functions P(a, x) and Q(a, x): series and continued fraction of Abramowitz and
 * Stegun 6.5.29 and 6.5.31, with Loader's density as their common factor.
 * @param a above 0. @param x 0 or more.
 */
export function incompleteGamma(a: number, x: number): Tails {
  if (x <= 0) return { lower: 0, upper: 1 }
  // x^a e^(−x) / Γ(a+1)
  const factor = poissonDensity(a, x)
  if (x < a + 1) {
    const lower = factor * series(a, x)
    return { lower, upper: 1 - lower }
  }
  const fraction = continuedFraction(x + 1 - a, (k) => [k * (a - k), x + 2 * k + 1 - a])
  const upper = (factor * a) / fraction
  return { lower: 1 - upper, upper }
}

function series(a: number, x: number): number {
  let term = 1
  let sum = 1
  for (let k = 1; term > sum * (Number.EPSILON / 4); k++) {
    term *= x / (a + k)
    sum += term
  }
  return sum
}
