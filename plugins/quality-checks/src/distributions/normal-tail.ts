/** Where the tail's continued fraction takes over from the series: both are exact to rounding here. */
const TAIL = 3
/** Enough terms for full precision up to `TAIL`, and of the fraction from there on. */
const SERIES_TERMS = 60
const FRACTION_TERMS = 80
/** Newton's method doubles the right digits each time; from the starts used here it needs fewer than ten. */
const NEWTON_STEPS = 50

export function normalDensity(x: number): number {
  return Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)
}

/**
 * Probability that a standard normal variable exceeds x, to about 1e-15 of its value for x ≥ 0: below 3 by the series
 * x + x³/3 + x⁵/15 + … (Marsaglia 2004, Journal of Statistical Software 11(4)), above by Laplace's continued fraction.
 */
export function normalTail(x: number): number {
  if (x < 0) return 1 - normalTail(-x)
  return x < TAIL ? 0.5 - normalDensity(x) * centralSeries(x) : normalDensity(x) * millsRatio(x)
}

/** z with P(Z > z) = tail, by Newton's method on the logarithm of the tail, which is concave. */
export function normalTailPoint(tail: number): number {
  if (tail > 0.5) return -normalTailPoint(1 - tail)
  if (tail === 0.5) return 0
  // The tail is below exp(−x²/2), so this lies right of the root, and every step stays there.
  let x = Math.sqrt(-2 * Math.log(tail))
  for (let i = 0; i < NEWTON_STEPS; i++) {
    const value = normalTail(x)
    const move = (Math.log(value / tail) * value) / normalDensity(x)
    x += move
    if (Math.abs(move) <= 1e-15 * Math.max(1, Math.abs(x))) break
  }
  return x
}

function centralSeries(x: number): number {
  let term = x
  let sum = x
  for (let k = 1; k < SERIES_TERMS; k++) {
    term *= (x * x) / (2 * k + 1)
    sum += term
  }
  return sum
}

function millsRatio(x: number): number {
  let rest = x
  for (let k = FRACTION_TERMS; k >= 1; k--) rest = x + k / rest
  return 1 / rest
}
