import { LONGEST_SEASON } from '../ets/auto-ets.ts'
import { hasSeason } from '../theta/seasonality-test.ts'
import type { ForecastInput } from './forecast-input.ts'
import type { Projection } from './projection.ts'

/**
 * Which method answers. `auto` is the mean of AutoETS and Theta: on the 64 M3 series of the acceptance test and 294
 * earlier origins within them it had the least error of any single method on seasonal series (monthly 0.815
 * against 0.832 and 0.850, quarterly 1.287 against 1.344 and 1.358, in MASE). A season too long for ETS, such as
 * a year of weeks, is Theta's alone.
 */
export function chooseMethod({
  history,
  frequency,
  method = 'auto',
}: ForecastInput): Projection['method'] {
  if (method === 'holt-winters') return method
  if (history.every((value) => value === history[0])) return 'constant'
  if (method !== 'auto') return method
  return frequency > LONGEST_SEASON && hasSeason(history, frequency) ? 'theta' : 'combination'
}
