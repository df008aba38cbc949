import { logGamma } from './log-gamma.ts'
import { normalTailPoint } from './normal-tail.ts'

/** Series and fraction gain at least a digit in some terms; arguments here are below 10^5. */
const MOST_TERMS = 100_000
const STEPS = 200
const TINY = 1e-300

/**
 * x with P(χ² ≤ x) = probability at `freedom` degrees, which need not be whole. Starts at Wilson and Hilferty's cube
 * (1931), and closes in by Newton's steps that are halved wherever they would leave the bracket.
 */
export function chiSquaredQuantile(probability: number, freedom: number): number {
  const shape = freedom / 2
  let low = 0
  let high = Number.POSITIVE_INFINITY
  const z = -normalTailPoint(probability)
  const cube = 1 - 2 / (9 * freedom) + z * Math.sqrt(2 / (9 * freedom))
  let x = Math.max(freedom * cube ** 3, freedom * 1e-8) / 2
  for (let i = 0; i < STEPS; i++) {
    const excess = lowerGamma(shape, x) - probability
    if (excess > 0) high = x
    else low = x
    const density = Math.exp((shape - 1) * Math.log(x) - x - logGamma(shape))
    let next = x - excess / density
    if (!(next > low && next < high))
      next = high === Number.POSITIVE_INFINITY ? x * 2 : (low + high) / 2
    const isClose = Math.abs(next - x) <= 1e-15 * x
    x = next
    if (isClose) break
  }
  return 2 * x
}

/** The regularized lower incomplete gamma function P(a, x) (Numerical Recipes 6.2: series, and Lentz's fraction). */
function lowerGamma(a: number, x: number): number {
  const front = Math.exp(a * Math.log(x) - x - logGamma(a))
  return x < a + 1 ? front * series(a, x) : 1 - front * fraction(a, x)
}

function series(a: number, x: number): number {
  let term = 1 / a
  let sum = term
  for (let n = 1; n < MOST_TERMS; n++) {
    term *= x / (a + n)
    sum += term
    if (term < sum * 1e-17) break
  }
  return sum
}

function fraction(a: number, x: number): number {
  let b = x + 1 - a
  let c = 1 / TINY
  let d = 1 / b
  let h = d
  for (let n = 1; n < MOST_TERMS; n++) {
    const an = -n * (n - a)
    b += 2
    d = 1 / away(an * d + b)
    c = away(b + an / c)
    const delta = c * d
    h *= delta
    if (Math.abs(delta - 1) < 1e-16) break
  }
  return h
}

function away(value: number): number {
  return Math.abs(value) < TINY ? TINY : value
}
