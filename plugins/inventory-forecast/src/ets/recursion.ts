import type { EtsForm, Smoothing } from './ets-model.ts'
import type { ScratchState } from './parameter-space.ts'

/** For values of order 1: a divisor or a forecast of a multiplicative model below this counts as not positive. */
const SMALLEST_DIVISOR = 1e-8

/**
 * Runs a model over a series and writes the one-step forecasts.
 *
 * Written as error correction (Hyndman et al. 2008, tables 2.2 and 2.3). With the error in the units of the
 * series, the states move alike for additive and multiplicative errors; only the likelihood tells them apart.
 *
 * @param values of order 1 where the form has a multiplicative part.
 * @param state before the first observation; its seasons, the next one first, are overwritten and end as a ring
 *   whose next season is at `values.length % seasonal.length`.
 * @returns level and growth after the last observation, or undefined where the model leaves its domain: a
 *   multiplicative part needs positive forecasts.
 */
export function runRecursion(
  form: EtsForm,
  smoothing: Smoothing,
  values: Float64Array,
  state: ScratchState,
  fitted: Float64Array,
): { readonly level: number; readonly growth: number } | undefined {
  const { alpha, beta, gamma, phi } = smoothing
  const { seasonal } = state
  const isFactor = form.season === 'M'
  const floor = form.error === 'M' || isFactor ? SMALLEST_DIVISOR : Number.NEGATIVE_INFINITY
  const period = seasonal.length
  let { level, growth } = state
  let phase = 0
  for (let t = 0; t < values.length; t++) {
    const damped = phi * growth
    const base = level + damped
    const season = period === 0 ? 0 : (seasonal[phase] as number)
    const forecast = isFactor ? base * season : base + season
    // Not `<=`, so that NaN is refused too.
    if (!(forecast > floor) || (isFactor && !(season > floor))) return undefined
    fitted[t] = forecast
    const error = (values[t] as number) - forecast
    const levelError = isFactor ? error / season : error
    level = base + alpha * levelError
    growth = damped + beta * levelError
    if (period > 0) {
      seasonal[phase] = season + gamma * (isFactor ? error / base : error)
      phase = phase + 1 === period ? 0 : phase + 1
    }
  }
  return { level, growth }
}
