import { continuedFraction } from './continued-fraction.ts'
import { binomialDensity } from './saddle-point.ts'

interface Tails {
  readonly lower: number
  readonly upper: number
}

/**
 * The regularised incomplete beta function I_x(a, b) and 1 − I_x(a, b): the continued fraction of Abramowitz and
 * Stegun 26.5.8, with Loader's density as its factor.
 * @param a above 0. @param b above 0. @param x 0 to 1. @param y 1 − x, where the caller knows it better.
 */
export function incompleteBeta(a: number, b: number, x: number, y: number = 1 - x): Tails {
  if (x <= 0) return { lower: 0, upper: 1 }
  if (y <= 0) return { lower: 1, upper: 0 }
  if (x > (a + 1) / (a + b + 2)) {
    const { lower, upper } = incompleteBeta(b, a, y, x)
    return { lower: upper, upper: lower }
  }
  // x^a y^b / (a B(a, b))
  const factor = (binomialDensity(a, a + b, x, y) * b) / (a + b)
  const lower = factor / continuedFraction(1, (k) => [coefficient(k, a, b, x), 1])
  return { lower, upper: 1 - lower }
}

function coefficient(k: number, a: number, b: number, x: number): number {
  const m = k >> 1
  return k % 2 === 0
    ? (m * (b - m) * x) / ((a + k - 1) * (a + k))
    : (-(a + m) * (a + b + m) * x) / ((a + k - 1) * (a + k))
}
