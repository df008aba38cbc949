import { Refusal } from '@signalbox/sdk'
import { incompleteBeta } from '../distributions/incomplete-beta.ts'
import { normalCdf } from '../distributions/normal.ts'
import type { LocalText } from '../words/local-text.ts'

/** `s`: the process' standard deviation is estimated from the sample; `sigma`: it is known. */
export type SigmaMethod = 's' | 'sigma'

export interface VariablesSample {
  readonly method: SigmaMethod
  readonly sampleSize: number
  readonly mean: number
  /** The sample's standard deviation (divisor n − 1), or the process' known one. */
  readonly sd: number
  /** At least one of both limits. */
  readonly lower?: number
  readonly upper?: number
  /** The acceptability constant of the plan: a limit has to be so many standard deviations from the mean. */
  readonly k: number
}

export interface VariablesDecision {
  readonly accepted: boolean
  /** Distance of a limit from the mean in standard deviations; null for a limit that is not set. */
  readonly qualityLower: number | null
  readonly qualityUpper: number | null
  /** Estimated fraction nonconforming beyond each limit and both, and the most that is accepted. */
  readonly estimateLower: number
  readonly estimateUpper: number
  readonly estimate: number
  readonly allowed: number
  readonly reasons: readonly { readonly code: string; readonly text: LocalText }[]
}

/** With two items the estimate has no distribution to speak of (ISO 3951-2 begins at 3). */
const SMALLEST_SAMPLE = 3

/**
 * Whether a lot is accepted by measurements that are normally distributed: the estimated fraction nonconforming must
 * not exceed that of the constant k, which for one limit is the same as Q ≥ k (ISO 3951-1, annex K; MIL-STD-414, B-3
 * and D-3). With two limits both estimates count together.
 */
export function decideByVariables(sample: VariablesSample): VariablesDecision {
  checkSample(sample)
  const { method, sampleSize, mean, sd, lower, upper, k } = sample
  const qualityLower = lower === undefined ? null : distance(mean - lower, sd)
  const qualityUpper = upper === undefined ? null : distance(upper - mean, sd)
  const share = (quality: number | null) =>
    quality === null ? 0 : estimatedFraction(method, sampleSize, quality)
  const [estimateLower, estimateUpper] = [share(qualityLower), share(qualityUpper)]
  const estimate = estimateLower + estimateUpper
  const allowed = estimatedFraction(method, sampleSize, k)
  const single = qualityLower ?? qualityUpper
  const hasBoth = qualityLower !== null && qualityUpper !== null
  // With one limit the form Q ≥ k decides: both say the same, and this one is what people check by hand.
  const accepted = hasBoth || single === null ? estimate <= allowed : single >= k
  return {
    accepted,
    qualityLower,
    qualityUpper,
    estimateLower,
    estimateUpper,
    estimate,
    allowed,
    reasons: [accepted ? within : beyond],
  }
}

/**
 * The minimum variance unbiased estimate of the fraction beyond a limit that is Q standard deviations from the mean
 * (Lieberman and Resnikoff 1955, "Sampling plans for inspection by variables"): for σ unknown the beta distribution
 * with both parameters n/2 − 1, for σ known Φ(−Q √(n/(n−1))).
 */
export function estimatedFraction(
  method: SigmaMethod,
  sampleSize: number,
  quality: number,
): number {
  const n = sampleSize
  if (method === 'sigma') return normalCdf(-quality * Math.sqrt(n / (n - 1)))
  const x = 0.5 - (quality * Math.sqrt(n)) / (2 * (n - 1))
  const parameter = n / 2 - 1
  return incompleteBeta(parameter, parameter, Math.min(1, Math.max(0, x))).lower
}

const within = {
  code: 'FRACTION_WITHIN_PLAN',
  text: {
    en: 'The estimated fraction nonconforming is no larger than the plan accepts.',
    'zh-CN': '估计的不合格品率不超过抽样方案的允许值。',
  },
}

const beyond = {
  code: 'FRACTION_BEYOND_PLAN',
  text: {
    en: 'The estimated fraction nonconforming is larger than the plan accepts.',
    'zh-CN': '估计的不合格品率超过抽样方案的允许值。',
  },
}

/** A sample without spread is infinitely far from a limit that it keeps, and from one that it breaks. */
function distance(difference: number, sd: number): number {
  if (sd > 0) return difference / sd
  return difference >= 0 ? Number.MAX_VALUE : -Number.MAX_VALUE
}

function checkSample({ method, sampleSize, sd, lower, upper }: VariablesSample): void {
  if (sampleSize < SMALLEST_SAMPLE) {
    throw new Refusal('SAMPLE_TOO_SMALL', `Measure at least ${SMALLEST_SAMPLE} items.`)
  }
  if (lower === undefined && upper === undefined) {
    throw new Refusal('LIMIT_MISSING', 'Give a lower or an upper specification limit, or both.')
  }
  if (lower !== undefined && upper !== undefined && lower >= upper) {
    throw new Refusal('LIMITS_CROSSED', 'The lower limit is below the upper one: exchange them.')
  }
  if (method === 'sigma' && !(sd > 0)) {
    throw new Refusal(
      'SIGMA_INVALID',
      'A known standard deviation is above 0: give that of the process.',
    )
  }
}
