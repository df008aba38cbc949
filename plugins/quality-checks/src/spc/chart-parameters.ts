import { Refusal } from '@signalbox/sdk'
import { mean } from '../distributions/moments.ts'
import type { ChartKind, Statistics } from './chart-kinds.ts'
import { type ConstantsChoice, c4, rangeConstants } from './control-constants.ts'

/** What the limits of a chart come from: estimated from data (phase I), or frozen (phase II). */
export interface ChartParameters {
  /** Of the process: its mean, its proportion, its nonconformities (a unit). */
  readonly centre: number
  /** Of a single value; of counts the one that binomial and Poisson give to an item or unit. */
  readonly sigma: number
}

/**
 * As R's qcc 2.7: the centre weighted by size; sigma of measured values by the unweighted mean of range/d2 (UWAVE-R), of
 * s/c4 (UWAVE-SD), or of the moving range of two; of counts by the binomial (Montgomery 7.2) or Poisson law (7.3).
 *
 * @throws Refusal SPC_TOO_FEW_POINTS
 */
export function estimateParameters(
  kind: ChartKind,
  points: readonly Statistics[],
  constants: ConstantsChoice,
): ChartParameters {
  if (points.length < 2) {
    throw new Refusal('SPC_TOO_FEW_POINTS', 'Limits come from at least two points; 25 are usual.')
  }
  const items = points.reduce((sum, { size }) => sum + size, 0)
  switch (kind) {
    case 'p': {
      const centre = points.reduce((sum, { location, size }) => sum + location * size, 0) / items
      return { centre, sigma: Math.sqrt(centre * (1 - centre)) }
    }
    case 'np': {
      const centre = points.reduce((sum, { location }) => sum + location, 0) / items
      return { centre, sigma: Math.sqrt(centre * (1 - centre)) }
    }
    case 'c': {
      const centre = mean(points.map(({ location }) => location))
      return { centre, sigma: Math.sqrt(centre) }
    }
    case 'u': {
      const centre = points.reduce((sum, { location, size }) => sum + location * size, 0) / items
      return { centre, sigma: Math.sqrt(centre) }
    }
    default:
      return { centre: weightedMean(points, items), sigma: withinSigma(kind, points, constants) }
  }
}

/** From the distances to the first mean, for the digits of large ones. */
function weightedMean(points: readonly Statistics[], items: number): number {
  const first = points[0]?.location ?? 0
  const sum = points.reduce((total, { location, size }) => total + (location - first) * size, 0)
  return first + sum / items
}

function withinSigma(
  kind: ChartKind,
  points: readonly Statistics[],
  constants: ConstantsChoice,
): number {
  if (points.every(({ size }) => size === 1)) {
    const moves = points
      .slice(1)
      .map(({ location }, i) => Math.abs(location - (points[i]?.location ?? 0)))
    return mean(moves) / rangeConstants(2, constants).d2
  }
  // A single value among subgroups has no spread of its own.
  const estimates = points.flatMap(({ dispersion, size }) => {
    if (dispersion === null) return []
    return [dispersion / (kind === 'xbar-s' ? c4(size) : rangeConstants(size, constants).d2)]
  })
  return mean(estimates)
}
