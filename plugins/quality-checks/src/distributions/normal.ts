import { findRootBeyond } from './find-root.ts'

/** Where the tail's continued fraction takes over from the series: both are exact to rounding here. */
const TAIL = 3
/** Enough terms for full precision up to `TAIL`, and of the fraction from there on. */
const SERIES_TERMS = 60
const FRACTION_TERMS = 80
/** Beyond, every tail is 0 in double precision. */
const FARTHEST = 40

export function normalDensity(x: number): number {
  return Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)
}

/** P(Z > x); for x ≥ 0 to about 1e-15 of its own value. */
export function normalUpperTail(x: number): number {
  if (x < 0) return 1 - normalUpperTail(-x)
  if (x > FARTHEST) return 0
  return x < TAIL ? 0.5 - normalDensity(x) * centralSeries(x) : normalDensity(x) * millsRatio(x)
}

/** Φ(x). */
export function normalCdf(x: number): number {
  return normalUpperTail(-x)
}

/** z with Φ(z) = probability, 0 < probability < 1. */
export function normalQuantile(probability: number): number {
  if (probability === 0.5) return 0
  return probability < 0.5 ? -upperPoint(probability) : upperPoint(1 - probability)
}

function upperPoint(tail: number): number {
  const logTail = Math.log(tail)
  return findRootBeyond((x) => logTail - Math.log(normalUpperTail(x)), 0)
}

/** (Φ(x) − ½) / φ(x) = x + x³/3 + x⁵/15 + … (Marsaglia 2004, Journal of Statistical Software 11(4)). */
function centralSeries(x: number): number {
  let term = x
  let sum = x
  for (let k = 1; k < SERIES_TERMS; k++) {
    term *= (x * x) / (2 * k + 1)
    sum += term
  }
  return sum
}

/** Upper tail over density, by Laplace's continued fraction 1/(x + 1/(x + 2/(x + 3/…))). */
function millsRatio(x: number): number {
  let rest = x
  for (let k = FRACTION_TERMS; k >= 1; k--) rest = x + k / rest
  return 1 / rest
}
