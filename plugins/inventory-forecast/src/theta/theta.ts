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
  const start = startTheta(values, frequency)
  const { alpha, drift, season } = start
  const end = values.reduce(advanceTheta, start)
  return {
    alpha,
    drift,
    season,
    fitted: thetaFitted(end, values),
    mean: continueTheta(end, horizon),
  }
}

/** One-step forecasts of the observations that a state has seen since its start. */
export function thetaFitted({ start, ...model }: ThetaState, values: readonly number[]): number[] {
  let state: ThetaState = { ...model, start, level: start, seen: 0 }
  return values.map((value) => {
    const forecast = nextTheta(state)
    state = advanceTheta(state, value)
    return forecast
  })
}

/** A Theta model between two observations. */
export interface ThetaState {
  readonly alpha: number
  readonly drift: number
  readonly season: SeasonalShape | 'none'
  /** One index a season, that of the first observation first; empty without a season. */
  readonly indices: readonly number[]
  /** Level before the first observation. */
  readonly start: number
  /** Level without season and drift. */
  readonly level: number
  /** Observations seen. */
  readonly seen: number
}

/** The model before the first observation of the series it is fitted to. */
export function startTheta(values: readonly number[], frequency: number): ThetaState {
  const { season, indices } = seasonOf(values, frequency)
  const adjusted = season === 'none' ? values : seasonallyAdjusted(values, indices, season)
  const drift = fitLine(adjusted).slope / 2
  const { alpha, level } = fitSimpleSmoothing(adjusted)
  return { alpha, drift, season, indices, start: level, level, seen: 0 }
}

export function advanceTheta(state: ThetaState, value: number): ThetaState {
  const { alpha, level, seen } = state
  const adjusted = withoutSeason(state, value, seen)
  return { ...state, level: level + alpha * (adjusted - level), seen: seen + 1 }
}

export function continueTheta(state: ThetaState, horizon: number): number[] {
  const { drift, level, seen } = state
  const base = level + drift * behind(state)
  return Array.from({ length: horizon }, (_, h) => withSeason(state, base + drift * h, seen + h))
}

/** Forecast of the next observation. */
function nextTheta(state: ThetaState): number {
  return withSeason(state, state.level + state.drift * behind(state), state.seen)
}

/** The drift that smoothing with weight alpha has not caught up with after the observations seen. */
function behind({ alpha, seen }: ThetaState): number {
  return (1 - (1 - alpha) ** seen) / alpha
}

function withSeason({ season, indices }: ThetaState, value: number, t: number): number {
  if (season === 'none') return value
  const index = indices[t % indices.length] as number
  return season === 'additive' ? value + index : value * index
}

function withoutSeason({ season, indices }: ThetaState, value: number, t: number): number {
  if (season === 'none') return value
  const index = indices[t % indices.length] as number
  return season === 'additive' ? value - index : value / index
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
