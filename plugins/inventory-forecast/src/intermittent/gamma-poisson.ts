import { negativeBinomialPmf } from '../inventory/negative-binomial.ts'
import type { Pmf } from './pmf.ts'

/** What a history says of a rate that drifts: mean and its uncertainty, and how demand scatters about it. */
export interface DriftingRate {
  /** Demand a period, in steps. */
  readonly mean: number
  readonly varianceOfMean: number
  /** Variance of one period's demand over its mean; 1 for single pieces that come by chance. */
  readonly dispersion: number
}

/** Jeffreys' prior of a Poisson rate: half a demand, in no time. */
const PRIOR_DEMAND = 0.5
/** Periods that speak for a dispersion of 1 until the history outweighs them. */
const PRIOR_PERIODS = 2

/**
 * A gamma-Poisson model with a discount (Harvey and Fernandes 1989, Journal of Business and Economic Statistics 7,
 * 407–417): each period the evidence fades a little and the new count is added. Sizes beyond one piece widen it by the
 * dispersion about the discounted mean, as in a compound Poisson demand.
 */
export function driftingRate(cells: readonly number[], discount: number): DriftingRate {
  let demand = PRIOR_DEMAND
  let periods = 0
  let sum = 0
  let squares = 0
  for (const cell of cells) {
    demand = discount * demand + cell
    periods = discount * periods + 1
    sum = discount * sum + cell
    squares = discount * squares + cell * cell
  }
  const mean = sum / periods
  const excess = mean === 0 ? 0 : Math.max(0, squares / periods / mean - mean - 1)
  const dispersion = 1 + (excess * periods) / (periods + PRIOR_PERIODS)
  return {
    mean: demand / periods,
    varianceOfMean: (dispersion * demand) / periods ** 2,
    dispersion,
  }
}

/** Demand over coming periods, whose number may be a fraction: negative binomial by its two moments. */
export function rateDemand(rate: DriftingRate, periods: number, step: number): Pmf {
  const mean = rate.mean * periods
  return negativeBinomialPmf(
    mean,
    mean * rate.dispersion + periods ** 2 * rate.varianceOfMean,
    step,
  )
}
