import type { EtsForm, EtsModel, EtsState } from './ets-model.ts'
import { runRecursion } from './recursion.ts'
import { rescaled, scaleOf } from './scale.ts'

export interface Replay {
  /** One-step forecasts of the history. */
  readonly fitted: readonly number[]
  readonly mean: readonly number[]
  /** State after the last observation, from which `continueEts` and `advanceEts` go on. */
  readonly end: EtsState
}

/**
 * Runs a fitted model over its history and on from there.
 * @returns undefined where the model does not belong to the series: it leaves its domain.
 */
export function replayEts(
  model: EtsModel,
  values: readonly number[],
  horizon: number,
): Replay | undefined {
  const { form, smoothing } = model
  const scale = scaleOf(values)
  const initial = rescaled(form, model.initial, 1 / scale)
  const seasonal = Float64Array.from(initial.seasonal)
  const fitted = new Float64Array(values.length)
  const scaled = Float64Array.from(values, (value) => value / scale)
  const state = { ...initial, seasonal }
  const end = runRecursion(form, { smoothing, values: scaled, state, fitted })
  if (end === undefined) return undefined
  const next = seasonal.length === 0 ? 0 : values.length % seasonal.length
  const last = { ...end, seasonal: [...seasonal.subarray(next), ...seasonal.subarray(0, next)] }
  return {
    fitted: Array.from(fitted, (value) => value * scale),
    mean: pointForecasts(form, smoothing.phi, last, horizon).map((value) => value * scale),
    end: rescaled(form, last, scale),
  }
}

/** The mean of each of the next periods, from the state that a replay ended in. */
export function continueEts(
  { form, smoothing }: EtsModel,
  end: EtsState,
  horizon: number,
): number[] {
  return pointForecasts(form, smoothing.phi, end, horizon)
}

/**
 * The state after one more observation: a replay over one value, so that it cannot differ from the long one.
 * @returns undefined where the forecast leaves the model's domain.
 */
export function advanceEts(
  model: EtsModel,
  end: EtsState,
  value: number,
  scale: number,
): EtsState | undefined {
  const { form, smoothing } = model
  const { level, growth, seasonal } = rescaled(form, end, 1 / scale)
  const ring = Float64Array.from(seasonal)
  const values = Float64Array.of(value / scale)
  const state = { level, growth, seasonal: ring }
  const trend = runRecursion(form, { smoothing, values, state, fitted: new Float64Array(1) })
  if (trend === undefined) return undefined
  const next = { ...trend, seasonal: [...ring.subarray(1), ...ring.subarray(0, 1)] }
  return rescaled(form, next, scale)
}

/** The mean of each of the next periods, by the model's own recursion without errors. */
function pointForecasts(form: EtsForm, phi: number, state: EtsState, horizon: number): number[] {
  const mean: number[] = []
  let { level, growth } = state
  for (let h = 0; h < horizon; h++) {
    growth *= phi
    level += growth
    const season = state.seasonal[h % state.seasonal.length] ?? 0
    mean.push(form.season === 'M' ? level * season : level + season)
  }
  return mean
}
