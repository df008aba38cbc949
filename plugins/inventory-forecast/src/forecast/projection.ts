import type { EtsModel } from '../ets/ets-model.ts'
import type { Replay } from '../ets/replay-ets.ts'
import { detailsOf } from '../methods/ets-method.ts'
import type { MethodDetails } from '../methods/method.ts'
import { type FixedSmoothing, holtWinters } from '../smoothing/holt-winters.ts'
import { fitTheta } from '../theta/theta.ts'

/** What every method comes to: forecasts of the past and of the future, and how they were made. */
export interface Projection {
  readonly method: 'ets' | 'theta' | 'combination' | 'holt-winters' | 'constant'
  readonly description: string
  readonly fitted: readonly (number | undefined)[]
  readonly mean: readonly number[]
  readonly models: readonly MethodDetails[]
}

export function etsProjection(model: EtsModel, { fitted, mean }: Replay): Projection {
  const details = detailsOf(model)
  return { method: 'ets', description: details.name, fitted, mean, models: [details] }
}

export function thetaProjection(
  history: readonly number[],
  frequency: number,
  horizon: number,
): Projection {
  const { alpha, drift, season, fitted, mean } = fitTheta(history, frequency, horizon)
  const description = season === 'none' ? 'Theta' : `Theta, ${season} season`
  const models = [{ name: 'Theta', parameters: { alpha, drift }, season }]
  return { method: 'theta', description, fitted, mean, models }
}

/** The plain mean of two forecasts (Bates and Granger 1969): errors of unlike methods partly cancel. */
export function combinedProjection(a: Projection, b: Projection): Projection {
  return {
    method: 'combination',
    description: `Mean of ${a.description} and ${b.description}`,
    fitted: a.fitted.map((value, t) => half(value, b.fitted[t])),
    mean: a.mean.map((value, h) => (value + (b.mean[h] as number)) / 2),
    models: [...a.models, ...b.models],
  }
}

export function holtWintersProjection(
  history: readonly number[],
  frequency: number,
  smoothing: FixedSmoothing,
  horizon: number,
): Projection {
  const { alpha, beta, gamma } = smoothing
  const { fitted, mean } = holtWinters(history, frequency, smoothing, horizon)
  const season = gamma === undefined ? 'none' : (smoothing.season ?? 'additive')
  const parameters = {
    alpha,
    ...(beta === undefined ? {} : { beta }),
    ...(gamma === undefined ? {} : { gamma }),
  }
  const description = `Exponential smoothing with the weights given, season: ${season}`
  return {
    method: 'holt-winters',
    description,
    fitted,
    mean,
    models: [{ name: 'Holt-Winters', parameters, season }],
  }
}

/** A history without any change says one thing. */
export function constantProjection(history: readonly number[], horizon: number): Projection {
  const value = history[0] as number
  return {
    method: 'constant',
    description: 'Every period of the history is the same',
    fitted: history,
    mean: Array.from({ length: horizon }, () => value),
    models: [],
  }
}

function half(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : (a + b) / 2
}
