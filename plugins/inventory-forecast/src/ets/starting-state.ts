import { decompose, seasonalIndices, seasonallyAdjusted } from '../decomposition/classical.ts'
import { fitLine } from '../decomposition/straight-line.ts'
import type { EtsForm, EtsState } from './ets-model.ts'

/** A factor nearer to zero would divide the series away. */
const SMALLEST_FACTOR = 0.01

/**
 * A first guess of the state before the first observation, from which the likelihood is climbed
 * (after Hyndman et al. 2008, §2.6.1): seasons from a classical decomposition, level and growth from the first
 * two years, at least ten points, without their season.
 */
export function startingState(
  values: readonly number[],
  frequency: number,
  form: EtsForm,
): EtsState {
  const seasonal = startingSeasons(values, frequency, form)
  const shape = form.season === 'M' ? 'multiplicative' : 'additive'
  const adjusted = seasonal.length === 0 ? values : seasonallyAdjusted(values, seasonal, shape)
  const early = adjusted.slice(0, Math.max(10, 2 * seasonal.length))
  if (form.trend === 'N') {
    return {
      level: early.reduce((sum, value) => sum + value, 0) / early.length,
      growth: 0,
      seasonal,
    }
  }
  const { intercept, slope } = fitLine(early)
  return { level: intercept - slope, growth: slope, seasonal }
}

function startingSeasons(values: readonly number[], frequency: number, form: EtsForm): number[] {
  if (form.season === 'N') return []
  const shape = form.season === 'M' ? 'multiplicative' : 'additive'
  // Under three years a moving average leaves too few points a season: a straight line stands in for it.
  const indices =
    values.length >= 3 * frequency
      ? decompose(values, frequency, shape).indices
      : seasonalIndices(detrendedByLine(values, shape), frequency, shape)
  if (form.season === 'A') return [...indices]
  const positive = indices.map((index) => Math.max(index, SMALLEST_FACTOR))
  const centre = positive.reduce((sum, index) => sum + index, 0) / frequency
  return positive.map((index) => index / centre)
}

function detrendedByLine(
  values: readonly number[],
  shape: 'additive' | 'multiplicative',
): number[] {
  const { intercept, slope } = fitLine(values)
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return values.map((value, t) => {
    const line = intercept + slope * t
    // A steep line may cross zero inside a short positive series; the mean does not.
    if (shape === 'multiplicative') return value / (line > 0 ? line : mean)
    return value - line
  })
}
