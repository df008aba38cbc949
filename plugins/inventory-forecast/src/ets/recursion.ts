import type { EtsForm, Smoothing } from './ets-model.ts'
import type { ScratchState } from './parameter-space.ts'

/** For values of order 1: a divisor or a forecast of a multiplicative model below this counts as not positive. */
const SMALLEST_DIVISOR = 1e-8

interface Trend {
  readonly level: number
  readonly growth: number
}

interface Run {
  readonly smoothing: Smoothing
  /** Of order 1 where the form has a multiplicative part. */
  readonly values: Float64Array
  /** Before the first observation; its seasons, the next one first, are overwritten and end as a ring whose next season is at `values.length % seasonal.length`. */
  readonly state: ScratchState
  /** Receives the one-step forecasts. */
  readonly fitted: Float64Array
  /** Forecasts must lie above it. */
  readonly floor: number
}

/**
 * Runs a model over a series and writes the one-step forecasts.
 *
 * Written as error correction (Hyndman et al. 2008, tables 2.2 and 2.3). With the error in the units of the
 * series, the states move alike for additive and multiplicative errors; only the likelihood tells them apart.
 * So there are three loops, one a kind of season, each without a branch on the form: fitting spends its time here.
 *
 * @returns level and growth after the last observation, or undefined where the model leaves its domain: a
 *   multiplicative part needs positive forecasts.
 */
export function runRecursion(form: EtsForm, run: Omit<Run, 'floor'>): Trend | undefined {
  const floor =
    form.error === 'M' || form.season === 'M' ? SMALLEST_DIVISOR : Number.NEGATIVE_INFINITY
  if (form.season === 'N') return runWithoutSeason({ ...run, floor })
  return form.season === 'A' ? runWithAmounts({ ...run, floor }) : runWithFactors({ ...run, floor })
}

// In each loop the comparison is negated so that NaN is refused too.

function runWithoutSeason({ smoothing, values, state, fitted, floor }: Run): Trend | undefined {
  const { alpha, beta, phi } = smoothing
  let { level, growth } = state
  for (let t = 0; t < values.length; t++) {
    const damped = phi * growth
    const forecast = level + damped
    if (!(forecast > floor)) return undefined
    fitted[t] = forecast
    const error = (values[t] as number) - forecast
    level = forecast + alpha * error
    growth = damped + beta * error
  }
  return { level, growth }
}

function runWithAmounts({ smoothing, values, state, fitted, floor }: Run): Trend | undefined {
  const { alpha, beta, gamma, phi } = smoothing
  const { seasonal } = state
  let { level, growth } = state
  for (let t = 0, phase = 0; t < values.length; t++) {
    const damped = phi * growth
    const base = level + damped
    const season = seasonal[phase] as number
    const forecast = base + season
    if (!(forecast > floor)) return undefined
    fitted[t] = forecast
    const error = (values[t] as number) - forecast
    level = base + alpha * error
    growth = damped + beta * error
    seasonal[phase] = season + gamma * error
    phase = phase + 1 === seasonal.length ? 0 : phase + 1
  }
  return { level, growth }
}

function runWithFactors({ smoothing, values, state, fitted, floor }: Run): Trend | undefined {
  const { alpha, beta, gamma, phi } = smoothing
  const { seasonal } = state
  let { level, growth } = state
  for (let t = 0, phase = 0; t < values.length; t++) {
    const damped = phi * growth
    const base = level + damped
    const season = seasonal[phase] as number
    const forecast = base * season
    // With both above zero the base is too.
    if (!(forecast > floor && season > floor)) return undefined
    fitted[t] = forecast
    const error = (values[t] as number) - forecast
    level = base + (alpha * error) / season
    growth = damped + (beta * error) / season
    seasonal[phase] = season + (gamma * error) / base
    phase = phase + 1 === seasonal.length ? 0 : phase + 1
  }
  return { level, growth }
}
