/*
 * Loader 2000, "Fast and accurate computation of binomial probabilities": probabilities as a normal density times
 * corrections, so that nothing large is subtracted from something large and sixteen digits stay fifteen.
 */

/** From here on the series below is exact to rounding: its first term left out is 3e-18. */
const SERIES_FROM = 15
const SERIES = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360_360]

/** δ(z) = ln Γ(z+1) − (z+½) ln z + z − ½ ln 2π: what Stirling's formula leaves. z > 0. */
function stirlingError(z: number): number {
  if (z < SERIES_FROM) {
    // δ(z) − δ(z+1) = (z+½) ln(1+1/z) − 1, from Γ(z+2) = (z+1) Γ(z+1).
    return stirlingError(z + 1) + (z + 0.5) * Math.log1p(1 / z) - 1
  }
  const square = z * z
  return SERIES.reduceRight((sum, term) => sum / square + term, 0) / z
}

/** x ln(x/mean) + mean − x, without cancellation where the two are near. x ≥ 0, mean > 0. */
function deviance(x: number, mean: number): number {
  if (x === 0) return mean
  const difference = x - mean
  if (Math.abs(difference) >= 0.1 * (x + mean)) return x * Math.log(x / mean) - difference
  const v = difference / (x + mean)
  let sum = difference * v
  let power = 2 * x * v
  for (let j = 1; ; j++) {
    power *= v * v
    const next = sum + power / (2 * j + 1)
    if (next === sum) return sum
    sum = next
  }
}

/** mean^x e^(−mean) / Γ(x+1), also for x between whole numbers. x ≥ 0. */
export function poissonDensity(x: number, mean: number): number {
  if (mean === 0) return x === 0 ? 1 : 0
  if (x === 0) return Math.exp(-mean)
  return Math.exp(-stirlingError(x) - deviance(x, mean)) / Math.sqrt(2 * Math.PI * x)
}

/**
 * Γ(n+1) / (Γ(x+1) Γ(n−x+1)) · p^x q^(n−x), also between whole numbers. 0 ≤ x ≤ n.
 * @param q 1 − p: the caller may know it better than the subtraction does.
 */
export function binomialDensity(x: number, n: number, p: number, q: number): number {
  if (p === 0) return x === 0 ? 1 : 0
  if (q === 0) return x === n ? 1 : 0
  if (x === 0) return Math.exp(n * (p < q ? Math.log1p(-p) : Math.log(q)))
  const rest = n - x
  if (rest === 0) return Math.exp(n * (q < p ? Math.log1p(-q) : Math.log(p)))
  const exponent =
    stirlingError(n) -
    stirlingError(x) -
    stirlingError(rest) -
    deviance(x, n * p) -
    deviance(rest, n * q)
  return Math.exp(exponent) * Math.sqrt(n / (2 * Math.PI * x * rest))
}
