import type { StepError } from '../intervals/spread.ts'
import { mean } from './mean.ts'

/** How well forecasts made from earlier points of the history met what then came. */
export interface BackTestAccuracy {
  readonly mase: number | null
  readonly rmsse: number | null
  readonly mae: number
  /** Mean of forecast minus actual: above 0 forecasts too high. */
  readonly bias: number
  readonly origins: number
  /** The most periods ahead that were tested. */
  readonly steps: number
}

export function backTestAccuracy(
  values: readonly number[],
  errors: readonly (readonly StepError[])[],
  frequency: number,
): BackTestAccuracy {
  const all = errors.flat().map(({ error }) => error)
  const naive = naiveErrors(values, frequency)
  const mae = mean(all.map(Math.abs))
  const mse = mean(all.map((error) => error * error))
  return {
    mase: naive.mae === 0 ? null : mae / naive.mae,
    rmsse: naive.mse === 0 ? null : Math.sqrt(mse / naive.mse),
    mae,
    bias: -mean(all),
    origins: errors.length,
    steps: Math.max(...errors.map((row) => row.length)),
  }
}

/**
 * Errors of repeating the season before, by which MASE and RMSSE scale (Hyndman and Koehler 2006, International
 * Journal of Forecasting 22, 679–688). A history of a year or less has no season to repeat: the period before stands
 * in for it.
 */
export function naiveErrors(
  values: readonly number[],
  frequency: number,
): { readonly mae: number; readonly mse: number } {
  const lag = values.length > frequency ? frequency : 1
  const errors = values.slice(lag).map((value, t) => value - (values[t] as number))
  return { mae: mean(errors.map(Math.abs)), mse: mean(errors.map((error) => error * error)) }
}
