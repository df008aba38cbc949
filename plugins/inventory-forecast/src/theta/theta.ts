import { decompose, type SeasonalShape, seasonallyAdjusted } from '../decomposition/classical.ts'
import { fitLine } from '../decomposition/straight-line.ts'
import type { EtsForm, EtsModel } from '../ets/ets-model.ts'
import { fitEts } from '../ets/fit-ets.ts'
import { hasSeason } from './seasonality-test.ts'

/** A factor nearer to zero cannot be divided out. */
const SMALLEST_FACTOR = 1e-10

const simpleSmoothing: EtsForm = { error: 'A', trend: 'N', season: 'N' }

export interface ThetaFit {
  readonly alpha: number
  /** Half the slope of the series' straight line: growth per period, in the units of the series. */
  readonly drift: number
  readonly season: SeasonalShape | 'none'
  /** One-step forecasts of the history. */
  readonly fitted: readonly number[]
  readonly mean: readonly number[]
}

/**
 * The Theta method (Assimakopoulos and Nikolopoulos 2000, "The theta model: a decomposition approach to
 * forecasting", International Journal of Forecasting 16, 521–530) as simple exponential smoothing with drift
 * (Hyndman and Billah 2003), on the seasonally adjusted series where it has a season.
 *
 * Differs from R's thetaf in two places: a series with a value of 0 or less has its season taken out as
 * amounts, not as factors, which could not be estimated; and the history gets one-step forecasts too.
 *
 * @param values at least two.
 */
export function fitTheta(values: readonly number[], frequency: number, horizon: number): ThetaFit {
  const { season, indices } = seasonOf(values, frequency)
  const adjusted = season === 'none' ? values : seasonallyAdjusted(values, indices, season)
  const drift = fitLine(adjusted).slope / 2
  const { alpha, level } = fitSimpleSmoothing(adjusted)
  const withSeason = (value: number, t: number): number => {
    if (season === 'none') return value
    const index = indices[t % frequency] as number
    return season === 'additive' ? value + index : value * index
  }
  // The drift that smoothing with weight alpha has not caught up with after t observations.
  const behind = (t: number): number => (1 - (1 - alpha) ** t) / alpha
  const fitted: number[] = []
  let smoothed = level
  for (const [t, value] of adjusted.entries()) {
    fitted.push(withSeason(smoothed + drift * behind(t), t))
    smoothed += alpha * (value - smoothed)
  }
  const n = values.length
  const mean = Array.from({ length: horizon }, (_, h) =>
    withSeason(smoothed + drift * (h + behind(n)), n + h),
  )
  return { alpha, drift, season, fitted, mean }
}

function seasonOf(
  values: readonly number[],
  frequency: number,
): { season: SeasonalShape | 'none'; indices: readonly number[] } {
  if (!hasSeason(values, frequency)) return { season: 'none', indices: [] }
  const season = values.every((value) => value > 0) ? 'multiplicative' : 'additive'
  const { indices } = decompose(values, frequency, season)
  const usable =
    season === 'additive' || indices.every((index) => Math.abs(index) > SMALLEST_FACTOR)
  return usable ? { season, indices } : { season: 'none', indices: [] }
}

function fitSimpleSmoothing(values: readonly number[]): { alpha: number; level: number } {
  // An additive error without trend and season has no domain to leave: the fit always exists.
  const { smoothing, initial } = fitEts(values, 1, simpleSmoothing) as EtsModel
  return { alpha: smoothing.alpha, level: initial.level }
}
