/** Where the tail's continued fraction takes over from the series: both are exact to rounding here. */
const TAIL = 3
/** Enough terms for full precision up to `TAIL`, and of the fraction from there on. */
const SERIES_TERMS = 60
const FRACTION_TERMS = 80
/** Newton's method doubles the right digits each time; from the starts used here it needs fewer than ten. */
const NEWTON_STEPS = 50

function normalDensity(x: number): number {
  return Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)
}

/** Probability that a standard normal variable exceeds x, to about 1e-15 of its value for x ≥ 0. */
export function normalUpperTail(x: number): number {
  if (x < 0) return 1 - normalUpperTail(-x)
  return x < TAIL ? 0.5 - normalDensity(x) * centralSeries(x) : normalDensity(x) * millsRatio(x)
}

/**
 * The standard normal quantile: z with P(Z ≤ z) = probability, by Newton's method on the logarithm of the upper
 * tail, which is concave: from the right of the root every step stays there.
 * @param probability between 0 and 1, both excluded.
 */
export function normalQuantile(probability: number): number {
  if (probability < 0.5) return -upperTailPoint(probability)
  return probability === 0.5 ? 0 : upperTailPoint(1 - probability)
}

/**
 * The unit normal loss function G(k) = E[max(Z − k, 0)]: expected shortage, in standard deviations, of a stock k
 * standard deviations above the mean (Silver, Pyke and Thomas 2017, "Inventory and Production Management in
 * Supply Chains", appendix II).
 */
export function normalLoss(k: number): number {
  if (k < 0) return normalLoss(-k) - k
  // Far out both terms are nearly equal: taking the density out keeps the digits of their difference.
  if (k >= TAIL) return normalDensity(k) * (1 - k * millsRatio(k))
  return normalDensity(k) - k * normalUpperTail(k)
}

/** The k with G(k) = loss; G falls and its logarithm is concave, so Newton's method cannot miss. */
export function inverseNormalLoss(loss: number): number {
  return newton(0, (k) => {
    const value = normalLoss(k)
    return (Math.log(value / loss) * value) / normalUpperTail(k)
  })
}

function upperTailPoint(tail: number): number {
  // The tail is below exp(−x²/2), so this lies right of the root.
  return newton(Math.sqrt(-2 * Math.log(tail)), (x) => {
    const value = normalUpperTail(x)
    return (Math.log(value / tail) * value) / normalDensity(x)
  })
}

function newton(start: number, step: (x: number) => number): number {
  let x = start
  for (let i = 0; i < NEWTON_STEPS; i++) {
    const move = step(x)
    x += move
    if (Math.abs(move) <= 1e-15 * Math.max(1, Math.abs(x))) break
  }
  return x
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
