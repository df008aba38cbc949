/** A term below this share of its sum changes no digit of it. */
const NEGLIGIBLE = 1e-18

/** A distribution on whole numbers with one mode: what its probabilities are summed from. */
export interface Discrete {
  readonly lowest: number
  /** Infinity where there is none. */
  readonly highest: number
  readonly mean: number
  readonly density: (k: number) => number
  /** density(k+1) / density(k). */
  readonly ratio: (k: number) => number
}

/**
 * P(X ≤ k), or P(X > k): summed away from the mean, where terms only fall, so that both tails keep their digits
 * however small they are. The work grows with the standard deviation.
 */
export function lowerTail(distribution: Discrete, k: number): number {
  if (k < distribution.lowest) return 0
  if (k >= distribution.highest) return 1
  return k < distribution.mean
    ? sumDown(distribution, Math.floor(k))
    : 1 - sumUp(distribution, Math.floor(k) + 1)
}

export function upperTail(distribution: Discrete, k: number): number {
  if (k < distribution.lowest) return 1
  if (k >= distribution.highest) return 0
  return k < distribution.mean
    ? 1 - sumDown(distribution, Math.floor(k))
    : sumUp(distribution, Math.floor(k) + 1)
}

/** The least k with P(X ≤ k) ≥ probability; a sum that misses it by rounding alone has reached it, as in R. */
export function discreteQuantile(distribution: Discrete, probability: number): number {
  const target = probability * (1 - 64 * Number.EPSILON)
  const reaches = (k: number) => lowerTail(distribution, k) >= target
  let low = distribution.lowest - 1
  let step = 1
  let high = Math.min(
    distribution.highest,
    Math.max(distribution.lowest, Math.ceil(distribution.mean)),
  )
  while (!reaches(high)) {
    low = high
    high = Math.min(distribution.highest, high + step)
    step *= 2
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (reaches(middle)) high = middle
    else low = middle
  }
  return high
}

function sumDown({ lowest, density, ratio }: Discrete, from: number): number {
  let term = density(from)
  let sum = term
  for (let k = from - 1; k >= lowest && term > sum * NEGLIGIBLE; k--) {
    term /= ratio(k)
    sum += term
  }
  return sum
}

function sumUp({ highest, density, ratio }: Discrete, from: number): number {
  let term = density(from)
  let sum = term
  for (let k = from; k < highest && term > sum * NEGLIGIBLE; k++) {
    term *= ratio(k)
    sum += term
  }
  return sum
}
