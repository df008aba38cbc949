import { naiveErrors } from './back-test-accuracy.ts'
import { mean } from './mean.ts'

/** How well one-step forecasts fit the history they were fitted to; all but `mase` in units of the series. */
export interface Accuracy {
  /**
   * Mean absolute error over that of repeating the same season of the year before (Hyndman and Koehler 2006,
   * International Journal of Forecasting 22, 679–688): below 1 is better. Null where repeating makes no error.
   */
  readonly mase: number | null
  readonly rmse: number
  readonly mae: number
  /** Mean of forecast minus actual: above 0 forecasts too high. */
  readonly bias: number
}

/** @param fitted one-step forecasts; undefined where a method has none. At least one is there. */
export function accuracyOf(
  values: readonly number[],
  fitted: readonly (number | undefined)[],
  frequency: number,
): Accuracy {
  const errors = values.flatMap((value, t) => {
    const forecast = fitted[t]
    return forecast === undefined ? [] : [forecast - value]
  })
  const mae = mean(errors.map(Math.abs))
  const { mae: naive } = naiveErrors(values, frequency)
  return {
    mase: naive === 0 ? null : mae / naive,
    rmse: Math.sqrt(mean(errors.map((error) => error * error))),
    mae,
    bias: mean(errors),
  }
}
