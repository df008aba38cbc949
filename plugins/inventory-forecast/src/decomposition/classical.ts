/** How one season differs from the others: amounts that sum to 0, or factors that average 1. */
export type SeasonalShape = 'additive' | 'multiplicative'

export interface Decomposition {
  /** One index a season, that of the first observation first. */
  readonly indices: readonly number[]
  /** Centred moving average over one year; undefined in the half year at either end. */
  readonly trend: readonly (number | undefined)[]
}

/**
 * Classical decomposition by moving averages (Kendall and Stuart 1983, "The Advanced Theory of Statistics", vol. 3).
 * @param values at least two years.
 * @param frequency seasons a year, at least 2.
 */
export function decompose(
  values: readonly number[],
  frequency: number,
  shape: SeasonalShape,
): Decomposition {
  const trend = centredMovingAverage(values, frequency)
  const detrended = values.map((value, t) => {
    const level = trend[t]
    if (level === undefined) return undefined
    return shape === 'additive' ? value - level : value / level
  })
  return { indices: seasonalIndices(detrended, frequency, shape), trend }
}

/** The mean of each season, normalised to sum 0 or to average 1. */
export function seasonalIndices(
  detrended: readonly (number | undefined)[],
  frequency: number,
  shape: SeasonalShape,
): number[] {
  const neutral = shape === 'additive' ? 0 : 1
  const means = Array.from({ length: frequency }, (_, season) => {
    const seen = detrended.filter(
      (value, t): value is number => value !== undefined && t % frequency === season,
    )
    return seen.length === 0 ? neutral : mean(seen)
  })
  const centre = mean(means)
  return means.map((value) => (shape === 'additive' ? value - centre : value / centre))
}

/** Takes the season out of a series. */
export function seasonallyAdjusted(
  values: readonly number[],
  indices: readonly number[],
  shape: SeasonalShape,
): number[] {
  return values.map((value, t) => {
    const index = indices[t % indices.length] as number
    return shape === 'additive' ? value - index : value / index
  })
}

/** A window of one year; with an even number of seasons its two ends count half. */
function centredMovingAverage(
  values: readonly number[],
  frequency: number,
): (number | undefined)[] {
  const half = Math.floor(frequency / 2)
  const endWeight = frequency % 2 === 0 ? 0.5 : 1
  return values.map((_, t) => {
    if (t < half || t + half >= values.length) return undefined
    let sum = endWeight * ((values[t - half] as number) + (values[t + half] as number))
    for (let k = t - half + 1; k < t + half; k++) sum += values[k] as number
    return sum / frequency
  })
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
