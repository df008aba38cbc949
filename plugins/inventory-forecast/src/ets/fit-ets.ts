import { minimiseSquares, type Optimum } from '../optimiser/levenberg-marquardt.ts'
import { isAdmissible } from './admissibility.ts'
import {
  type EtsForm,
  type EtsModel,
  type EtsState,
  freeParameters,
  isSeasonal,
} from './ets-model.ts'
import { ParameterSpace, type ScratchState, type StartingShares } from './parameter-space.ts'
import { runRecursion } from './recursion.ts'
import { rescaled, scaleOf } from './scale.ts'
import { startingState } from './starting-state.ts'

/** Residuals below this share of the series' size are rounding: such a fit is perfect, and likelihood ends there. */
const PERFECT = 1e-10
/** Most forms settle within 15 iterations; on the 64 M3 series a higher cap changed no forecast in four digits. */
const MAX_ITERATIONS = 40

/** Where a climb starts. The likelihood often has one top with slow states and one with a quick level. */
export type Pace = 'slow' | 'quick'

/** A start and how far to climb from it: a fitted model of the same form is a start too. */
export interface Climb {
  readonly from: Pace | EtsModel
  readonly maxIterations: number
}

const startingShares: Readonly<Record<Pace, (period: number) => StartingShares>> = {
  // The longer the season, the slower: a year is to weigh as much whatever its number of seasons.
  slow: (period) => ({ alpha: 0.2 / period, beta: 0.1, gamma: 0.05, phi: 0.99 }),
  quick: () => ({ alpha: 0.5, beta: 0.1, gamma: 0.05, phi: 0.5 }),
}

/**
 * Fits one form by maximum likelihood.
 *
 * The likelihood of an additive error is that of its sum of squares; that of a multiplicative one is
 * n·log Σε² + 2·Σ log f (Hyndman et al. 2008, eq. 5.3), which is n·log of the sum of squares of ε·G, with G the
 * geometric mean of the forecasts f. So both are least squares, and one optimiser serves all forms.
 *
 * @param values in their own unit; positive for forms with a multiplicative part.
 * @returns undefined where no start lies inside the form's domain.
 */
export function fitEts(
  values: readonly number[],
  frequency: number,
  form: EtsForm,
  climb: Pace | Climb = 'slow',
): EtsModel | undefined {
  const { from, maxIterations } =
    typeof climb === 'string' ? { from: climb, maxIterations: MAX_ITERATIONS } : climb
  const scale = scaleOf(values)
  const scaled = values.map((value) => value / scale)
  const period = isSeasonal(form) ? frequency : 0
  const space = new ParameterSpace(form, frequency)
  const problem = {
    lower: space.lower,
    upper: space.upper,
    count: values.length,
    maxIterations,
    residuals: likelihoodResiduals(form, space, Float64Array.from(scaled), period),
    isAllowed: (point: Float64Array) =>
      period === 0 || isAdmissible(space.smoothing(point), period),
  }
  const best = starts(space, form, scaled, frequency, from, scale).reduce<Optimum | undefined>(
    (found, start) => found ?? minimiseSquares(problem, start()),
    undefined,
  )
  if (best === undefined) return undefined
  const state = scratchState(period)
  space.readState(best.point, state)
  return {
    form,
    smoothing: space.smoothing(best.point),
    initial: rescaled(form, { ...state, seasonal: [...state.seasonal] }, scale),
    aicc: aiccOf(best.cost, values.length, freeParameters(form, frequency) + 1, scale),
  }
}

/** Points to climb from, the best first; the next is for where one lies outside the form's domain. */
function starts(
  space: ParameterSpace,
  form: EtsForm,
  scaled: readonly number[],
  frequency: number,
  from: Pace | EtsModel,
  scale: number,
): (() => Float64Array)[] {
  const pace = typeof from === 'string' ? from : 'slow'
  const shares = startingShares[pace](isSeasonal(form) ? frequency : 1)
  const guess = () => startingState(scaled, frequency, form)
  return [
    ...(typeof from === 'string'
      ? []
      : [() => space.encodeModel(from.smoothing, rescaled(form, from.initial, 1 / scale))]),
    () => space.encode(shares, guess()),
    () => space.encode(shares, flat(form, guess())),
  ]
}

/** A state that is inside every form's domain: no growth, no season. */
function flat(form: EtsForm, guess: EtsState): EtsState {
  const neutral = form.season === 'M' ? 1 : 0
  return { level: Math.max(guess.level, 1), growth: 0, seasonal: guess.seasonal.map(() => neutral) }
}

function likelihoodResiduals(
  form: EtsForm,
  space: ParameterSpace,
  values: Float64Array,
  period: number,
) {
  const state = scratchState(period)
  return (point: Float64Array, out: Float64Array): boolean => {
    if (!space.readState(point, state)) return false
    const run = { smoothing: space.smoothing(point), values, state, fitted: out }
    if (runRecursion(form, run) === undefined) return false
    if (form.error === 'A') {
      for (let t = 0; t < out.length; t++) out[t] = (values[t] as number) - (out[t] as number)
      return true
    }
    const geometricMean = Math.exp(sumOfLogs(out) / out.length)
    for (let t = 0; t < out.length; t++) {
      out[t] = ((values[t] as number) / (out[t] as number) - 1) * geometricMean
    }
    return true
  }
}

/** Forecasts whose product is taken before its logarithm: of order 1 and above 1e-8, eight of them stay far from underflow. */
const TAKEN_TOGETHER = 8

/** A logarithm costs more than a step of the recursion, so one is taken of eight values at a time. */
function sumOfLogs(values: Float64Array): number {
  let logs = 0
  let product = 1
  for (let t = 0; t < values.length; t++) {
    product *= values[t] as number
    if (t % TAKEN_TOGETHER !== TAKEN_TOGETHER - 1) continue
    logs += Math.log(product)
    product = 1
  }
  return logs + Math.log(product)
}

/**
 * Akaike's criterion with the correction for short series (Hyndman et al. 2008, §7.1), as R's ets counts it.
 * @param parameters the free ones and the variance.
 */
function aiccOf(cost: number, n: number, parameters: number, scale: number): number | null {
  const spare = n - parameters - 1
  if (spare <= 0) return null
  const deviance = n * (Math.log(Math.max(cost, n * PERFECT ** 2)) + 2 * Math.log(scale))
  return deviance + 2 * parameters + (2 * parameters * (parameters + 1)) / spare
}

function scratchState(period: number): ScratchState {
  return { level: 0, growth: 0, seasonal: new Float64Array(period) }
}
