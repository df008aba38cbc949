import type { AnyMethod, Series } from '../methods/method.ts'
import { seriesOf } from '../methods/series.ts'

/**
 * Forecasts from earlier points of a history, made with what was known then: rolling origins with the parameters
 * estimated again at each (Tashman 2000, "Out-of-sample tests of forecasting accuracy", International Journal of
 * Forecasting 16, 437–450). What is not chosen again is the form of an ETS model: the one that suits the whole
 * history is kept, so that an origin costs a fraction of a fit.
 */
export interface BackTest {
  /** How many observations each origin knew. */
  readonly origins: readonly number[]
  /** Forecasts of each method: a row an origin, as many steps as the history then still had. Undefined where it could not serve. */
  readonly forecasts: ReadonlyMap<string, readonly (readonly number[] | undefined)[]>
}

/** More origins change the choice little and cost a re-fit each. */
const MOST_ORIGINS = 8
/** Fewer leave nothing to choose by. */
export const FEWEST_ORIGINS = 3
/** A level, a growth and a damping need so many points before a forecast of them means something. */
const SHORTEST_TRAINING = 6

/** Where the history is cut; empty where it is too short to be. */
function originsOf(length: number, frequency: number, horizon: number): number[] {
  // Two years tell a season from noise; where there are not three, the test is of what is left without a season.
  const training = frequency > 1 && length >= 3 * frequency ? 2 * frequency + 1 : SHORTEST_TRAINING
  // Two horizons back, so that the longest step too is met by half of the origins; a short horizon by all of them.
  const first = Math.max(training, length - Math.max(2 * horizon, horizon + MOST_ORIGINS - 1))
  const room = length - first
  if (room < FEWEST_ORIGINS) return []
  const step = Math.ceil(room / MOST_ORIGINS)
  return Array.from({ length: Math.ceil(room / step) }, (_, k) => length - 1 - k * step).reverse()
}

/**
 * @param fits the methods to test with their states on the whole series, from which an origin's climb starts.
 */
export function backTest(
  series: Series,
  fits: readonly { readonly method: AnyMethod; readonly state: unknown }[],
  horizon: number,
): BackTest {
  const { values, frequency, seasons } = series
  const origins = originsOf(values.length, frequency, horizon)
  const forecasts = new Map<string, (number[] | undefined)[]>(
    fits.map(({ method }) => [method.id, []]),
  )
  for (const origin of origins) {
    const known = seriesOf(values.slice(0, origin), frequency, seasons)
    const steps = Math.min(horizon, values.length - origin)
    for (const { method, state } of fits) {
      const earlier = method.fit(known, state)
      const made = earlier === undefined ? undefined : method.project(earlier, steps)
      forecasts.get(method.id)?.push(made?.every(Number.isFinite) ? made : undefined)
    }
  }
  return { origins, forecasts }
}
