import { Refusal } from '@signalbox/sdk'
import { normalQuantile } from './normal.ts'

/** How long a replenishment takes, in periods: a mean with its deviation, or lead times that were seen. */
export type LeadTime =
  | { readonly periods: number; readonly sd?: number }
  | { readonly samples: readonly number[] }

/** Lead times and their chances, which add up to 1. */
export interface LeadTimePoint {
  readonly periods: number
  readonly weight: number
}

/** Equally likely points that stand for a continuous lead time: their variance is within 2 % of it up to sd = mean/2. */
const POINTS = 24
const LONGEST = 200

/**
 * The lead time as a few points. A mean with a deviation is taken as lognormal: never negative, with the long tail that
 * lead times have; the points are moved and spread so that both moments are met.
 */
export function leadTimePoints(leadTime: LeadTime): readonly LeadTimePoint[] {
  const points = 'samples' in leadTime ? counted(leadTime.samples) : spread(leadTime)
  if (points.length === 0 || points.some(({ periods }) => !(periods >= 0 && periods <= LONGEST))) {
    throw new Refusal(
      'LEAD_TIME_OUT_OF_RANGE',
      `Lead times have to be 0 to ${LONGEST} periods: use longer periods.`,
    )
  }
  return points
}

export function meanLeadTime(points: readonly LeadTimePoint[]): number {
  return points.reduce((sum, { periods, weight }) => sum + periods * weight, 0)
}

/** Each lead time longer by the periods between two reviews: what an order has to last for. */
export function withReview(
  points: readonly LeadTimePoint[],
  review: number,
): readonly LeadTimePoint[] {
  return points.map(({ periods, weight }) => ({ periods: periods + review, weight }))
}

function counted(samples: readonly number[]): LeadTimePoint[] {
  const counts = new Map<number, number>()
  for (const sample of samples) counts.set(sample, (counts.get(sample) ?? 0) + 1)
  return [...counts].map(([periods, count]) => ({ periods, weight: count / samples.length }))
}

function spread({ periods, sd = 0 }: { readonly periods: number; readonly sd?: number }) {
  if (periods === 0 || sd === 0) return [{ periods, weight: 1 }]
  const sigma = Math.sqrt(Math.log(1 + (sd / periods) ** 2))
  const raw = Array.from({ length: POINTS }, (_, i) =>
    Math.exp(sigma * normalQuantile((i + 0.5) / POINTS)),
  )
  const mean = raw.reduce((sum, x) => sum + x / POINTS, 0)
  return raw.map((x) => ({ periods: (x * periods) / mean, weight: 1 / POINTS }))
}
