import type { Discrete } from './discrete.ts'
import { poissonDensity } from './saddle-point.ts'

/** Events, such as nonconformities of a sample, that come at random with this mean. */
export function poisson(mean: number): Discrete {
  return {
    lowest: 0,
    highest: Number.POSITIVE_INFINITY,
    mean,
    density: (k) => poissonDensity(k, mean),
    ratio: (k) => mean / (k + 1),
  }
}
