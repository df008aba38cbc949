import { Refusal } from '@signalbox/sdk'
import { findRoot } from '../distributions/find-root.ts'
import { noncentralTCdf } from '../distributions/noncentral-t.ts'
import { normalCdf, normalQuantile } from '../distributions/normal.ts'
import type { RiskPoint } from './find-plan.ts'
import type { SigmaMethod } from './variables-decision.ts'

export interface VariablesPlan {
  readonly method: SigmaMethod
  readonly sampleSize: number
  readonly k: number
}

const SMALLEST_SAMPLE = 3
/** More measurements than anybody takes of a lot; the search would also outlast a turn. */
const LARGEST_SAMPLE = 1000

/**
 * How often a lot with this fraction beyond one limit is accepted: Q ≥ k with Q = (U − x̄)/σ normal, or by s a
 * noncentral t with ν = n − 1 and δ = √n z (Owen 1967; ISO 3951-1, annex J).
 */
export function acceptanceByVariables(
  { method, sampleSize, k }: VariablesPlan,
  fraction: number,
): number {
  const root = Math.sqrt(sampleSize)
  const z = -normalQuantile(fraction)
  if (method === 'sigma') return normalCdf(root * (z - k))
  return 1 - noncentralTCdf(root * k, sampleSize - 1, root * z)
}

/**
 * The smallest plan that keeps both risks: n is the first at which the k that meets the consumer's point exactly also
 * keeps the producer's; that k is taken, so what n has to spare goes to the producer.
 */
export function findVariablesPlan(
  method: SigmaMethod,
  producer: RiskPoint,
  consumer: RiskPoint,
): VariablesPlan {
  if (!(producer.quality < consumer.quality && producer.probability > consumer.probability)) {
    throw new Refusal(
      'RISK_POINTS_CROSSED',
      "The producer's quality is the better one and accepted more often than the consumer's: exchange the points.",
    )
  }
  const plan = (sampleSize: number) => ({
    method,
    sampleSize,
    k: constantFor(method, sampleSize, consumer),
  })
  const keeps = (size: number) =>
    acceptanceByVariables(plan(size), producer.quality) >= producer.probability
  let high = firstGuess(method, producer, consumer)
  let low = SMALLEST_SAMPLE - 1
  for (let step = 1; high <= LARGEST_SAMPLE && !keeps(high); step *= 2) {
    low = high
    high += step
  }
  if (high > LARGEST_SAMPLE) {
    throw new Refusal(
      'NO_PLAN_FOUND',
      `No sample of up to ${LARGEST_SAMPLE} measurements keeps both risks: move the qualities apart, or allow larger risks.`,
    )
  }
  for (let step = 1; high - low > 1; step *= 2) {
    const size = Math.max(low + 1, high - step)
    if (keeps(size)) high = size
    else {
      low = size
      step = 0.5
    }
  }
  return plan(high)
}

/** The k with which the consumer's quality is accepted exactly as often as said. */
function constantFor(method: SigmaMethod, n: number, { quality, probability }: RiskPoint): number {
  const root = Math.sqrt(n)
  const exact = -normalQuantile(quality) - normalQuantile(probability) / root
  if (method === 'sigma') return exact
  const misses = (k: number) =>
    probability - acceptanceByVariables({ method, sampleSize: n, k }, quality)
  let [low, high] = [exact - 1 / root, exact + 1 / root]
  while (misses(low) > 0) low -= 1 / root
  while (misses(high) < 0) high += (high - low) / 2
  return findRoot(misses, low, high)
}

/** Wallis 1947: the sample for σ known, and 1 + k²/2 times as many where it is not; a little less, to search upwards. */
function firstGuess(method: SigmaMethod, producer: RiskPoint, consumer: RiskPoint): number {
  const [alpha, beta] = [
    normalQuantile(producer.probability),
    -normalQuantile(consumer.probability),
  ]
  const [good, bad] = [-normalQuantile(producer.quality), -normalQuantile(consumer.quality)]
  const known = ((alpha + beta) / (good - bad)) ** 2
  const k = (alpha * bad + beta * good) / (alpha + beta)
  const size = method === 'sigma' ? known : known * (1 + (k * k) / 2)
  return Math.min(LARGEST_SAMPLE, Math.max(SMALLEST_SAMPLE, Math.floor(size)))
}
