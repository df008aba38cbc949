import { Refusal } from '@signalbox/sdk'
import { acceptanceProbability } from './operating-characteristics.ts'
import type { PlanStage } from './plan-types.ts'
import { nonconformingItems, type QualityModel } from './quality-model.ts'

/** A quality and how often a lot of it shall, or may, be accepted. */
export interface RiskPoint {
  readonly quality: number
  readonly probability: number
}

/** Acceptance numbers beyond this belong to samples that nobody takes. */
const LARGEST_ACCEPT = 1000
const LARGEST_SAMPLE = 10_000_000

/**
 * The smallest single plan that accepts the producer's quality at least, and the consumer's at most, as often as said:
 * acceptance numbers in turn, each with the smallest sample that meets the consumer's point
 * (Guenther 1969, "Use of the binomial, hypergeometric and Poisson tables to obtain sampling plans").
 */
export function findPlan(model: QualityModel, producer: RiskPoint, consumer: RiskPoint): PlanStage {
  if (!(producer.quality < consumer.quality && producer.probability > consumer.probability)) {
    throw new Refusal(
      'RISK_POINTS_CROSSED',
      "The producer's quality is the better one and accepted more often than the consumer's: exchange the points.",
    )
  }
  for (let accept = 0; accept <= LARGEST_ACCEPT; accept++) {
    const plan = smallestSample(model, accept, consumer)
    if (plan === undefined) break
    if (acceptanceProbability([plan], model, producer.quality) >= producer.probability) return plan
  }
  return noPlan(model)
}

/** The smallest sample that, with this acceptance number, accepts the limiting quality no more often than said; 0 is c = 0. */
export function planForLimitingQuality(
  model: QualityModel,
  accept: number,
  consumer: RiskPoint,
): PlanStage {
  return smallestSample(model, accept, consumer) ?? noPlan(model)
}

function smallestSample(
  model: QualityModel,
  accept: number,
  { quality, probability }: RiskPoint,
): PlanStage | undefined {
  const most = model.kind === 'hypergeometric' ? model.lotSize : LARGEST_SAMPLE
  const plan = (sampleSize: number) => ({ sampleSize, accept, reject: accept + 1 })
  const protects = (size: number) =>
    acceptanceProbability([plan(size)], model, quality) <= probability
  // A lot with no more nonconforming items than are accepted passes whatever the sample.
  if (model.kind === 'hypergeometric' && nonconformingItems(most, quality) <= accept)
    return undefined
  let low = accept
  let high = Math.min(most, 2 * accept + 2)
  while (!protects(high)) {
    if (high === most) return undefined
    low = high
    high = Math.min(most, high * 2)
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (protects(middle)) high = middle
    else low = middle
  }
  return plan(high)
}

function noPlan(model: QualityModel): never {
  throw new Refusal(
    'NO_PLAN_FOUND',
    model.kind === 'hypergeometric'
      ? 'No sample of this lot keeps both risks: inspect every item, or allow larger risks.'
      : 'No sample of a size that can be taken keeps both risks: move the qualities apart, or allow larger risks.',
  )
}
