import { autoEts, LONGEST_SEASON } from '../ets/auto-ets.ts'
import { replayEts } from '../ets/replay-ets.ts'
import { fromStored, toStored } from '../fitted-models/stored-model.ts'
import { type Accuracy, accuracyOf } from '../forecast/accuracy.ts'
import {
  combinedProjection,
  constantProjection,
  etsProjection,
  type Projection,
  thetaProjection,
} from '../forecast/projection.ts'
import { normalQuantile } from '../inventory/normal.ts'
import { hasSeason } from '../theta/seasonality-test.ts'

/** What planning asks of the engine, and all of the engine that it knows. */
export interface ItemHistory {
  readonly history: readonly number[]
  readonly frequency: number
  readonly horizon: number
  /** The fit of an earlier call: its weights are kept, and its states brought up to the history. */
  readonly fit?: string
}

export interface ItemForecast {
  /** Mean demand of each coming period, never below 0. */
  readonly mean: readonly number[]
  /** Standard deviation of each period's demand about its mean. */
  readonly sigma: readonly number[]
  readonly quantiles: readonly { readonly p: number; readonly values: readonly number[] }[]
  readonly method: string
  readonly description: string
  readonly accuracy: Accuracy
  readonly models: Projection['models']
  /** For a later call. */
  readonly fit: string
  readonly isRefitted: boolean
}

/** Quantiles that are kept of each period. */
export const QUANTILE_LEVELS = [0.05, 0.1, 0.5, 0.9, 0.95] as const

/** Fewer points leave nothing to tell a level from noise. */
const SHORTEST_HISTORY = 4
const NOTHING = 'none'

/** One series' forecast: the same history, frequency and fit give the same answer. */
export function forecastItem(input: ItemHistory): ItemForecast {
  const { history, frequency, horizon } = input
  if (history.length < SHORTEST_HISTORY) return fromMean(history, horizon)
  if (history.every((value) => value === history[0])) {
    return ofProjection(constantProjection(history, horizon), input, {
      fit: NOTHING,
      isRefitted: true,
    })
  }
  const theta = thetaProjection(history, frequency, horizon)
  if (frequency > LONGEST_SEASON && hasSeason(history, frequency)) {
    return ofProjection(theta, input, { fit: NOTHING, isRefitted: true })
  }
  const kept = input.fit === undefined ? undefined : fromStored(input.fit, frequency)
  const replay = kept && replayEts(kept, history, horizon)
  const isRefitted = replay === undefined
  const model = kept === undefined || isRefitted ? autoEts(history, frequency) : kept
  const ets = etsProjection(model, replay ?? replayed(model, input))
  return ofProjection(combinedProjection(ets, theta), input, { fit: toStored(model), isRefitted })
}

function replayed(model: ReturnType<typeof autoEts>, { history, horizon }: ItemHistory) {
  // A fit has run over this very history, so its replay stays in the domain.
  return replayEts(model, history, horizon) as NonNullable<ReturnType<typeof replayEts>>
}

/** Too short for a model: the mean of what is there, and a spread as wide as the mean (a variation of 1). */
function fromMean(history: readonly number[], horizon: number): ItemForecast {
  const value = history.reduce((sum, one) => sum + one / history.length, 0)
  const mean = Array.from({ length: horizon }, () => value)
  return {
    ...distributed(mean, mean),
    method: 'mean',
    description: 'Mean of a short history',
    accuracy: { mase: null, rmse: 0, mae: 0, bias: 0 },
    models: [],
    fit: NOTHING,
    isRefitted: true,
  }
}

function ofProjection(
  { method, description, mean, fitted, models }: Projection,
  { history, frequency }: ItemHistory,
  made: { readonly fit: string; readonly isRefitted: boolean },
): ItemForecast {
  const accuracy = accuracyOf(history, fitted, frequency)
  const alpha = models[0]?.parameters['alpha'] ?? 0
  // The variance of simple exponential smoothing h steps ahead, 1 + (h − 1)·α² (Hyndman et al. 2008, table 6.1).
  const sigma = mean.map((_, h) => accuracy.rmse * Math.sqrt(1 + h * alpha * alpha))
  return { ...distributed(mean, sigma), method, description, accuracy, models, ...made }
}

/** Demand of each period as normal about its mean, and nothing below 0. */
export function distributed(mean: readonly number[], sigma: readonly number[]) {
  const positive = mean.map((value) => Math.max(value, 0))
  const quantiles = QUANTILE_LEVELS.map((p) => {
    const z = normalQuantile(p)
    return { p, values: positive.map((value, h) => Math.max(value + z * (sigma[h] ?? 0), 0)) }
  })
  return { mean: positive, sigma, quantiles }
}

export type DemandClass = 'smooth' | 'intermittent' | 'erratic' | 'lumpy'

/**
 * By the mean interval between demands and the squared variation of their sizes, at the borders 1.32 and 0.49 (Syntetos, Boylan and
 * Croston 2005, Journal of the Operational Research Society 56, 495–503).
 */
export function demandClassOf(history: readonly number[]): DemandClass {
  const sizes = history.filter((value) => value > 0)
  if (sizes.length === 0) return 'lumpy'
  const mean = sizes.reduce((sum, value) => sum + value / sizes.length, 0)
  const variance = sizes.reduce((sum, value) => sum + (value - mean) ** 2 / sizes.length, 0)
  const isRare = history.length / sizes.length >= 1.32
  const isUneven = variance / mean ** 2 >= 0.49
  if (isRare) return isUneven ? 'lumpy' : 'intermittent'
  return isUneven ? 'erratic' : 'smooth'
}
