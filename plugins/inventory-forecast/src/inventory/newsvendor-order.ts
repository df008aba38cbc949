import { Refusal } from '@signalbox/sdk'
import { gridStep } from '../intermittent/demand-grid.ts'
import { demandHistory } from '../intermittent/demand-history.ts'
import { expectedShort, leastQuantile, meanOf, type Pmf } from '../intermittent/pmf.ts'
import { discountOf, weightedSample } from '../intermittent/weighted-sample.ts'
import { negativeBinomialPmf } from './negative-binomial.ts'
import { criticalRatio, newsvendorNormal } from './newsvendor.ts'

/** Demand of the one season, day or edition that is ordered for. */
export type NewsvendorDemand =
  | { readonly kind: 'normal'; readonly mean: number; readonly sd: number }
  | { readonly kind: 'poisson'; readonly mean: number }
  | { readonly kind: 'empirical'; readonly samples: readonly number[] }

export interface NewsvendorInput {
  readonly demand: NewsvendorDemand
  /** Money lost for each unit short: margin and goodwill. */
  readonly underageCost: number
  /** Money lost for each unit left over: cost less what it still brings. */
  readonly overageCost: number
}

export interface NewsvendorAnswer {
  readonly criticalRatio: number
  readonly quantity: number
  readonly expectedShort: number
  readonly expectedLeft: number
  /** Of units short and units left, together. */
  readonly expectedCost: number
}

/** The best single order (Arrow, Harris and Marschak 1951, Econometrica 19, 250–272). */
export function newsvendorOrder(input: NewsvendorInput): NewsvendorAnswer {
  const { demand, underageCost, overageCost } = input
  if (!(underageCost > 0 && overageCost > 0)) {
    throw new Refusal(
      'COSTS_NOT_POSITIVE',
      'Where a unit short or a unit left costs nothing the best order is none or without end: give both costs above 0.',
    )
  }
  const ratio = criticalRatio(underageCost, overageCost)
  const { quantity, short, mean } =
    demand.kind === 'normal' && demand.sd > 0
      ? ofNormal(ratio, demand)
      : ofPmf(ratio, pmfOfDemand(demand))
  const left = Math.max(0, quantity - mean + short)
  return {
    criticalRatio: ratio,
    quantity,
    expectedShort: short,
    expectedLeft: left,
    expectedCost: underageCost * short + overageCost * left,
  }
}

/** Normal demand has mass below 0: an order below it is none. */
function ofNormal(ratio: number, { mean, sd }: { readonly mean: number; readonly sd: number }) {
  const best = newsvendorNormal(ratio, mean, sd)
  if (best.newsvendorNormal >= 0) {
    return { quantity: best.newsvendorNormal, short: best.expectedUnitsShort, mean }
  }
  return { quantity: 0, short: mean, mean }
}

function ofPmf(ratio: number, pmf: Pmf) {
  const quantity = leastQuantile(pmf, ratio)
  return { quantity, short: expectedShort(pmf, quantity), mean: meanOf(pmf) }
}

function pmfOfDemand(demand: NewsvendorDemand): Pmf {
  if (demand.kind === 'empirical') {
    const { values } = demandHistory(demand.samples)
    return weightedSample(values, gridStep(values, 1), discountOf(Number.POSITIVE_INFINITY))
  }
  if (demand.kind === 'poisson') return negativeBinomialPmf(demand.mean, demand.mean)
  return certain(demand.mean)
}

/** Demand that does not vary. */
function certain(mean: number): Pmf {
  return { step: mean === 0 ? 1 : mean, probabilities: mean === 0 ? [1] : [0, 1] }
}
