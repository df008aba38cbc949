import { stl } from './stl.ts'

export interface MstlParts {
  readonly trend: readonly number[]
  /** One a season, the shortest first. */
  readonly seasonals: readonly { readonly period: number; readonly values: readonly number[] }[]
  readonly remainder: readonly number[]
}

/** Passes over the seasons where there are several: each is found again without the others. */
const PASSES = 2

/** Years that the k-th season is smoothed over, as in R's `mstl`: the longer the season, the steadier. */
function seasonalWindow(k: number): number {
  return 7 + 4 * (k + 1)
}

/**
 * Decomposition with several seasons: Bandara, Hyndman and Bergmeir (2021), "MSTL: a seasonal-trend decomposition
 * algorithm for time series with multiple seasonal patterns", as R's `mstl` does it. A season with fewer than two
 * cycles in the history is left out.
 */
export function mstl(
  values: readonly number[],
  seasons: readonly number[],
  robust = false,
): MstlParts {
  const periods = usableSeasons(values.length, seasons)
  if (periods.length === 0) {
    const { trend } = stl(values, 1, { seasonalWindow: 'periodic', robust })
    return partsOf(values, [], trend)
  }
  const found = periods.map(() => new Float64Array(values.length))
  let adjusted = Float64Array.from(values)
  let trend = new Float64Array(values.length)
  for (let pass = 0; pass < (periods.length === 1 ? 1 : PASSES); pass++) {
    for (const [k, period] of periods.entries()) {
      const before = found[k] as Float64Array
      const whole = adjusted.map((value, t) => value + (before[t] as number))
      const parts = stl([...whole], period, { seasonalWindow: seasonalWindow(k), robust })
      found[k] = Float64Array.from(parts.seasonal)
      trend = Float64Array.from(parts.trend)
      adjusted = whole.map((value, t) => value - (parts.seasonal[t] as number))
    }
  }
  return partsOf(
    values,
    periods.map((period, k) => ({ period, values: [...(found[k] as Float64Array)] })),
    trend,
  )
}

/** Seasons with two cycles or more in the history, the shortest first. */
export function usableSeasons(length: number, seasons: readonly number[]): number[] {
  return [...new Set(seasons)]
    .filter((period) => period > 1 && length >= 2 * period)
    .sort((a, b) => a - b)
}

function partsOf(
  values: readonly number[],
  seasonals: MstlParts['seasonals'],
  trend: Float64Array,
): MstlParts {
  const remainder = values.map(
    (value, t) =>
      value -
      (trend[t] as number) -
      seasonals.reduce((sum, { values: season }) => sum + (season[t] as number), 0),
  )
  return { trend: [...trend], seasonals, remainder }
}
