import { smoothByLoess } from '../decomposition/loess.ts'
import { mstl, usableSeasons } from '../decomposition/mstl.ts'

/** How far beyond the quartiles, in distances between them: of normal noise one value in 400,000 lies there. */
const FAR = 3
/** Fewer values have no quartiles to speak of. */
const FEWEST = 8
/** A trend without a season is smoothed over a third of the series, at least over so many periods. */
const TREND_SHARE = 3
const TREND_LEAST = 9
/** Rounds in which outliers lose their weight, as in lowess (Cleveland 1979, JASA 74, 829–836). */
const ROBUST_ROUNDS = 4
const BIWEIGHT_MEDIANS = 6

/**
 * Periods whose value lies far from what its season and its neighbours say: the remainder of a robust decomposition
 * outside three interquartile ranges (Hyndman 2021, R's `tsoutliers`). Where the series has a season, the season is
 * taken out; else a robust trend.
 * @returns indices of the periods, in their order.
 */
export function outliersOf(values: readonly number[], frequency: number): number[] {
  if (values.length < FEWEST) return []
  const remainder =
    usableSeasons(values.length, [frequency]).length === 0
      ? remainderOfTrend(values)
      : mstl(values, [frequency], true).remainder
  const sorted = [...remainder].sort((a, b) => a - b)
  const low = quantile(sorted, 0.25)
  const high = quantile(sorted, 0.75)
  const reach = FAR * (high - low)
  if (reach === 0) return []
  return remainder.flatMap((value, t) => (value < low - reach || value > high + reach ? [t] : []))
}

function remainderOfTrend(values: readonly number[]): number[] {
  const third = Math.max(Math.ceil(values.length / TREND_SHARE), TREND_LEAST)
  const span = { window: third + 1 - (third % 2), degree: 1, jump: 1 } as const
  const series = Float64Array.from(values)
  // A first smooth would follow a large outlier and lose its neighbours for it; a line of medians does not.
  let trend = lineOfMedians(series)
  for (let round = 0; round < ROBUST_ROUNDS; round++) {
    const sizes = series.map((value, t) => Math.abs(value - (trend[t] as number)))
    const reach =
      BIWEIGHT_MEDIANS *
      quantile(
        [...sizes].sort((a, b) => a - b),
        0.5,
      )
    if (reach === 0) break
    const weights = sizes.map((size) => (size >= reach ? 0 : (1 - (size / reach) ** 2) ** 2))
    trend = smoothByLoess(series, span, weights)
  }
  return values.map((value, t) => value - (trend[t] as number))
}

/** Pairs grow with the square of the values: beyond so many each is held against one other. */
const MOST_OF_ALL_PAIRS = 300

/**
 * The median slope of all pairs, and the median of what it leaves (Theil 1950; Sen 1968, JASA 63, 1379–1389). Of long series
 * the pairs half the series apart alone, which tell the slope best (Theil's incomplete method).
 */
function lineOfMedians(values: Float64Array): Float64Array {
  const slope = quantile(slopesOf(values).sort(), 0.5)
  const level = quantile(values.map((value, t) => value - slope * t).sort(), 0.5)
  return values.map((_, t) => level + slope * t)
}

function slopesOf(values: Float64Array): Float64Array {
  const n = values.length
  if (n > MOST_OF_ALL_PAIRS) {
    const half = n >> 1
    return Float64Array.from(
      { length: n - half },
      (_, i) => ((values[i + half] as number) - (values[i] as number)) / half,
    )
  }
  const slopes = new Float64Array((n * (n - 1)) / 2)
  for (let i = 1, at = 0; i < n; i++) {
    for (let j = 0; j < i; j++)
      slopes[at++] = ((values[i] as number) - (values[j] as number)) / (i - j)
  }
  return slopes
}

function quantile(sorted: ArrayLike<number>, p: number): number {
  const position = p * (sorted.length - 1)
  const below = Math.floor(position)
  const low = sorted[below] as number
  return low + ((sorted[below + 1] ?? low) - low) * (position - below)
}
