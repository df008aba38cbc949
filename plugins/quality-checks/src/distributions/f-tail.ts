import { logGamma } from './log-gamma.ts'

const MOST_TERMS = 10_000
const TINY = 1e-300

/** P(F > f) with d1 and d2 degrees of freedom, by the incomplete beta function (Abramowitz and Stegun 26.6.2). */
export function fTail(f: number, d1: number, d2: number): number {
  if (!(f > 0)) return 1
  if (f === Number.POSITIVE_INFINITY) return 0
  return incompleteBeta(d2 / 2, d1 / 2, d2 / (d2 + d1 * f))
}

/** The regularized incomplete beta function, by Lentz's continued fraction (Numerical Recipes 6.4). */
function incompleteBeta(a: number, b: number, x: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  const front = Math.exp(
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x),
  )
  return x < (a + 1) / (a + b + 2)
    ? (front * fraction(a, b, x)) / a
    : 1 - (front * fraction(b, a, 1 - x)) / b
}

function fraction(a: number, b: number, x: number): number {
  let c = 1
  let d = 1 / away(1 - ((a + b) * x) / (a + 1))
  let h = d
  for (let m = 1; m < MOST_TERMS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / away(1 + even * d)
    c = away(1 + even / c)
    h *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / away(1 + odd * d)
    c = away(1 + odd / c)
    const delta = d * c
    h *= delta
    if (Math.abs(delta - 1) < 1e-16) break
  }
  return h
}

function away(value: number): number {
  return Math.abs(value) < TINY ? TINY : value
}
