/**
 * A distribution of demand over whole multiples of `step` units: `probabilities[i]` is P(D = i · step).
 * Counts have step 1; what is weighed or measured, or runs into thousands, has a coarser grid.
 */
export interface Pmf {
  readonly step: number
  readonly probabilities: readonly number[]
}

/** What is left out of a tail, so that sums of many demands stay short. */
const TAIL = 1e-12
/** A sum that misses a probability by rounding alone has reached it (as R's quantile functions). */
const ROUNDING = 1e-11

export const nothing = (step: number): Pmf => ({ step, probabilities: [1] })

export function meanOf({ step, probabilities }: Pmf): number {
  return step * probabilities.reduce((sum, p, i) => sum + p * i, 0)
}

export function varianceOf(pmf: Pmf): number {
  const mean = meanOf(pmf) / pmf.step
  return pmf.step ** 2 * pmf.probabilities.reduce((sum, p, i) => sum + p * (i - mean) ** 2, 0)
}

/** Probability that demand is at most `quantity` units. */
export function probabilityAtMost({ step, probabilities }: Pmf, quantity: number): number {
  // Half a rounding of the grid: 0.3 / 0.1 is below 3 in floating point.
  const last = Math.min(Math.floor(quantity / step + 1e-9), probabilities.length - 1)
  let sum = 0
  for (let i = 0; i <= last; i++) sum += probabilities[i] as number
  return Math.min(sum, 1)
}

/** The least stock, in units, that covers demand with at least this probability. */
export function leastQuantile({ step, probabilities }: Pmf, probability: number): number {
  return onGrid(leastIndex(probabilities, probability) * step, step)
}

/** The nearest multiple of the step, without the dust of 0.1 · 3: steps are 1, 2 or 5 times a power of ten. */
export function onGrid(quantity: number, step: number): number {
  const index = Math.round(quantity / step)
  return step < 1 ? index / Math.round(1 / step) : index * step
}

/**
 * The quantile with the mass of each count spread evenly over the unit below it, as the interpolated sample quantile
 * of R (type 7) does for data: over many slow movers demand stays within it in just the given share of periods, while
 * the least whole stock that reaches the probability covers more. In units; never above `leastQuantile`.
 */
export function interpolatedQuantile({ step, probabilities }: Pmf, probability: number): number {
  const index = leastIndex(probabilities, probability)
  if (index === 0) return 0
  let below = 0
  for (let i = 0; i < index; i++) below += probabilities[i] as number
  const share = (probability - below) / (probabilities[index] as number)
  return step * (index - 1 + Math.min(Math.max(share, 0), 1))
}

/** Units expected to be asked for beyond a stock: E[max(D − quantity, 0)]. */
export function expectedShort({ step, probabilities }: Pmf, quantity: number): number {
  let sum = 0
  for (let i = Math.max(0, Math.ceil(quantity / step)); i < probabilities.length; i++) {
    sum += (probabilities[i] as number) * Math.max(i * step - quantity, 0)
  }
  return sum
}

/** The distribution of the sum of two independent demands on one grid. */
export function convolve(a: Pmf, b: Pmf): Pmf {
  const left = a.probabilities
  const right = b.probabilities
  const sum = new Float64Array(left.length + right.length - 1)
  for (let i = 0; i < left.length; i++) {
    const p = left[i] as number
    if (p === 0) continue
    for (let j = 0; j < right.length; j++) {
      sum[i + j] = (sum[i + j] as number) + p * (right[j] as number)
    }
  }
  return trimmed(a.step, sum)
}

/** The sum of `times` independent demands, by repeated squaring. */
export function convolvePower(pmf: Pmf, times: number): Pmf {
  let result = nothing(pmf.step)
  let square = pmf
  for (let rest = times; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = convolve(result, square)
    if (rest > 1) square = convolve(square, square)
  }
  return result
}

/** A mixture on one grid; weights need not add up to 1. */
export function mixture(parts: readonly { readonly weight: number; readonly pmf: Pmf }[]): Pmf {
  const total = parts.reduce((sum, { weight }) => sum + weight, 0)
  const length = parts.reduce((most, { pmf }) => Math.max(most, pmf.probabilities.length), 1)
  const sum = new Float64Array(length)
  for (const { weight, pmf } of parts) {
    pmf.probabilities.forEach((p, i) => {
      sum[i] = (sum[i] as number) + (p * weight) / total
    })
  }
  return trimmed(parts[0]?.pmf.step ?? 1, sum)
}

/**
 * On a grid of `times` the step: each probability goes to its two neighbours so that the mean stays, which makes the
 * distribution a little wider (by at most a quarter of the square of the new step).
 */
export function coarser({ step, probabilities }: Pmf, times: number): Pmf {
  const weights = new Float64Array(Math.ceil((probabilities.length - 1) / times) + 1)
  probabilities.forEach((p, i) => {
    const below = Math.floor(i / times)
    const share = i / times - below
    weights[below] = (weights[below] as number) + p * (1 - share)
    if (share > 0) weights[below + 1] = (weights[below + 1] as number) + p * share
  })
  return trimmed(step * times, weights)
}

/** From weights at grid points; the tail that nobody can tell from 0 is left out. */
export function pmfOf(step: number, weights: ArrayLike<number>): Pmf {
  return trimmed(step, Float64Array.from(weights))
}

function trimmed(step: number, weights: Float64Array): Pmf {
  let total = 0
  for (const weight of weights) total += weight
  let length = weights.length
  let tail = 0
  while (length > 1 && tail + (weights[length - 1] as number) <= TAIL * total) {
    tail += weights[length - 1] as number
    length--
  }
  const kept = total - tail
  return { step, probabilities: Array.from(weights.subarray(0, length), (w) => w / kept) }
}

function leastIndex(probabilities: readonly number[], probability: number): number {
  let sum = 0
  for (let i = 0; i < probabilities.length; i++) {
    sum += probabilities[i] as number
    if (sum >= probability - ROUNDING) return i
  }
  return probabilities.length - 1
}
