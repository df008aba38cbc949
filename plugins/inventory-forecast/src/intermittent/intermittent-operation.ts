import { adida, imapa } from './aggregation.ts'
import { croston, type IntermittentWeights, sba, USUAL_WEIGHTS } from './croston.ts'
import { type DemandDistributionInput, demandDistribution } from './demand-distribution.ts'
import { demandHistory } from './demand-history.ts'
import { linearDecay } from './linear-decay.ts'
import { optimisedWeights, type RateMethod } from './optimised-weights.ts'
import { tsb } from './tsb.ts'

export interface IntermittentInput extends DemandDistributionInput {
  /** Probabilities that quantiles are wanted of; 0.5, 0.9, 0.95 and 0.99 where not said. */
  readonly quantiles?: readonly number[]
  /** Of the rates: given, or each method's best on the history; 0.1 each where not said. */
  readonly weights?: IntermittentWeights | 'optimised'
}

const USUAL_QUANTILES = [0.5, 0.9, 0.95, 0.99]
/** A longer distribution is told by its quantiles: an answer has to stay small. */
const MOST_CELLS = 500

/** Demand of coming periods as a distribution, and the rates of the usual methods beside it. */
export function intermittent(input: IntermittentInput) {
  const { pmf, quantile, stockFor, ...found } = demandDistribution(input)
  return {
    ...found,
    quantiles: (input.quantiles ?? USUAL_QUANTILES).map((p) => ({
      p,
      quantile: quantile(p),
      stock: stockFor(p),
    })),
    ...(pmf.probabilities.length <= MOST_CELLS ? { pmf } : {}),
    rates: ratesOf(demandHistory(input.history).values, input.weights ?? USUAL_WEIGHTS),
  }
}

/** Demand a period by each method. */
function ratesOf(values: readonly number[], weights: IntermittentWeights | 'optimised') {
  const by = (method: RateMethod): number =>
    method(values, weights === 'optimised' ? optimisedWeights(method, values) : weights)
  return {
    croston: by(croston),
    sba: by(sba),
    tsb: by(tsb),
    linearDecay: by(linearDecay),
    adida: adida(values),
    imapa: imapa(values),
  }
}
