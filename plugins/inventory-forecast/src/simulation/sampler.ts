import type { Pmf } from '../intermittent/pmf.ts'
import type { LeadTimePoint } from '../inventory/lead-time.ts'
import type { Random } from '../inventory/seeded-random.ts'

export type Sampler = (random: Random) => number

/** Draws units of demand by inverting the distribution. */
export function demandSampler({ step, probabilities }: Pmf): Sampler {
  const cumulative = accumulated(probabilities)
  return (random) => step * indexOf(cumulative, random())
}

/** Draws lead times in whole periods; a fraction is rounded up or down with its chance, so the mean stays. */
export function leadTimeSampler(points: readonly LeadTimePoint[]): Sampler {
  const cumulative = accumulated(points.map(({ weight }) => weight))
  return (random) => {
    const { periods } = points[indexOf(cumulative, random())] as LeadTimePoint
    const whole = Math.floor(periods)
    return whole === periods || random() >= periods - whole ? whole : whole + 1
  }
}

function accumulated(weights: readonly number[]): Float64Array {
  let sum = 0
  return Float64Array.from(weights, (weight) => {
    sum += weight
    return sum
  })
}

function indexOf(cumulative: Float64Array, draw: number): number {
  let low = 0
  let high = cumulative.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if ((cumulative[middle] as number) > draw) high = middle
    else low = middle + 1
  }
  return low
}
