import type { IntermittentWeights } from './croston.ts'

/** How a method forecasts the next period from those before. */
export type RateMethod = (values: readonly number[], weights: IntermittentWeights) => number

/** Weights above it follow single demands; Syntetos and Boylan (2005) use 0.05 to 0.2. */
const LARGEST_WEIGHT = 0.3
const STEPS = 12
/** The first periods only set the level that errors are measured from. */
const WARM_UP = 0.3
/** The work grows with the square of the periods; twenty years of months have told a weight long before. */
const LONGEST = 240

/**
 * The weights of the least mean absolute rate error (Kourentzes 2014, International Journal of Production Economics
 * 156, 180–190): a rate is held against the mean demand so far, since against single periods, most of them 0, the
 * forecast 0 would win. On a grid: the error is flat and has many minima.
 */
export function optimisedWeights(
  method: RateMethod,
  values: readonly number[],
): IntermittentWeights {
  const grid = Array.from({ length: STEPS }, (_, i) => ((i + 1) * LARGEST_WEIGHT) / STEPS)
  const newest = values.slice(-LONGEST)
  let best = { error: Number.POSITIVE_INFINITY, weights: { size: 0.1, interval: 0.1 } }
  for (const interval of grid) {
    for (const size of grid) {
      const weights = { size, interval }
      const error = rateError(method, newest, weights)
      if (error < best.error) best = { error, weights }
    }
  }
  return best.weights
}

function rateError(
  method: RateMethod,
  values: readonly number[],
  weights: IntermittentWeights,
): number {
  const from = Math.max(1, Math.floor(values.length * WARM_UP))
  let total = 0
  let error = 0
  values.forEach((value, t) => {
    total += value
    if (t + 1 < from) return
    error += Math.abs(method(values.slice(0, t + 1), weights) - total / (t + 1))
  })
  return error
}
