/**
 * The standard normal distribution function, to 1e-15: G. West, "Better approximations to cumulative normal functions", Wilmott
 * Magazine 2005, after J. F. Hart, "Computer Approximations" (1968), algorithm 5666.
 */
export function normalCdf(x: number): number {
  const z = Math.abs(x)
  if (z > 37) return x > 0 ? 1 : 0
  const tail = tailOf(z)
  return x > 0 ? 1 - tail : tail
}

const NUMERATOR = [
  0.0352624965998911, 0.700383064443688, 6.37396220353165, 33.912866078383, 112.079291497871,
  221.213596169931, 220.206867912376,
]
const DENOMINATOR = [
  0.0883883476483184, 1.75566716318264, 16.064177579207, 86.7807322029461, 296.564248779674,
  637.333633378831, 793.826512519948, 440.413735824752,
]

function tailOf(z: number): number {
  const e = Math.exp((-z * z) / 2)
  if (z < 7.07106781186547) return (e * horner(NUMERATOR, z)) / horner(DENOMINATOR, z)
  const fraction = z + 1 / (z + 2 / (z + 3 / (z + 4 / (z + 0.65))))
  return e / fraction / 2.506628274631
}

function horner(coefficients: readonly number[], z: number): number {
  return coefficients.reduce((sum, coefficient) => sum * z + coefficient, 0)
}

/**
 * Its inverse by bisection of the above: 60 halvings of [-9, 9] are finer than a double can tell, and it is asked for a few times an
 * order. @param p within (0, 1)
 */
export function normalQuantile(p: number): number {
  let [low, high] = [-9, 9]
  for (let halving = 0; halving < 60; halving++) {
    const middle = (low + high) / 2
    if (normalCdf(middle) < p) low = middle
    else high = middle
  }
  return (low + high) / 2
}
