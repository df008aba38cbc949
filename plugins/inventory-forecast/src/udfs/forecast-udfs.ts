import { columnar, Refusal, scalar } from '@signalbox/sdk'
import { isChineseWorkday } from '../calendar/chinese-calendar.ts'
import { parseDay } from '../calendar/civil-day.ts'
import { naiveErrors } from '../forecast/back-test-accuracy.ts'
import {
  type DistributionRequest,
  forecastDistribution,
} from '../forecast/forecast-distribution.ts'
import { mean } from '../forecast/mean.ts'

type History = DistributionRequest['history']

/** What a call of the data service may ask for, too. */
const LONGEST_HISTORY = 1200
const LONGEST_SEASON = 366
const LONGEST_HORIZON = 366

/** Functions over rows and columns: forecasts of a series a row, and the measures that judge them. */
export const forecastUdfs = {
  /**
   * The method that back-testing chose, with quantiles: `{ mean, quantiles, method, notes }`; for a series that cannot be
   * forecast `{ refused }` with its code, so that one of ten thousand does not end the batch.
   */
  forecast_series: scalar(
    { args: ['json', 'i32', 'i32'], returns: 'json' },
    (series, frequency, horizon) => {
      try {
        const request = requestOf(series, frequency, horizon)
        const { mean, quantiles, method, notes } = forecastDistribution(request)
        return { mean, quantiles, method, notes: notes.map(({ code }) => code) }
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        return { refused: { code: error.code, message: error.message } }
      }
    },
  ),
  ets_forecast: scalar(
    { args: ['json', 'i32', 'i32'], returns: 'json' },
    (series, frequency, horizon) => meanBy('ets', series, frequency, horizon),
  ),
  theta_forecast: scalar(
    { args: ['json', 'i32', 'i32'], returns: 'json' },
    (series, frequency, horizon) => meanBy('theta', series, frequency, horizon),
  ),
  /** Mean absolute error over that of repeating the season within the history; null where repeating makes none. */
  mase: scalar(
    { args: ['json', 'json', 'json', 'i32'], returns: 'f64' },
    (actual, forecast, history, frequency) => {
      const errors = errorsOf(actual, forecast)
      const { mae } = naiveErrors(numbersOf(history), positive(frequency, LONGEST_SEASON))
      return mae > 0 ? mean(errors.map(Math.abs)) / mae : null
    },
  ),
  /** Root of the mean squared error over that of repeating the season within the history. */
  rmsse: scalar(
    { args: ['json', 'json', 'json', 'i32'], returns: 'f64' },
    (actual, forecast, history, frequency) => {
      const errors = errorsOf(actual, forecast)
      const { mse } = naiveErrors(numbersOf(history), positive(frequency, LONGEST_SEASON))
      return mse > 0 ? Math.sqrt(mean(errors.map((error) => error * error)) / mse) : null
    },
  ),
  /**
   * Loss of a forecast quantile: (actual − quantile)·p above it, (quantile − actual)·(1 − p) below (Koenker and Bassett
   * 1978). Over columns, since it is one multiplication a row.
   */
  pinball: columnar(
    { args: ['f64', 'f64', 'f64'], returns: 'f64' },
    ([actual, quantile, p], rows, out) => {
      for (let row = 0; row < rows; row++) {
        const over = (actual.values[row] as number) - (quantile.values[row] as number)
        const probability = p.values[row] as number
        out[row] = over >= 0 ? over * probability : over * (probability - 1)
      }
      return out
    },
  ),
  /** Whether people are at work in mainland China, make-up workdays counted; null in a year that is not known. */
  is_cn_workday: scalar({ args: ['utf8'], returns: 'bool' }, (date) => {
    const day = parseDay(date)
    if (day === undefined) {
      throw new Refusal(
        'DATE_INVALID',
        `"${date.slice(0, 40)}" does not begin with a date that exists.`,
      )
    }
    return isChineseWorkday(day) ?? null
  }),
}

function meanBy(method: string, series: unknown, frequency: number, horizon: number) {
  return forecastDistribution({ ...requestOf(series, frequency, horizon), method }).mean
}

function requestOf(series: unknown, frequency: number, horizon: number) {
  const history = historyOf(series)
  if (history.length > LONGEST_HISTORY) {
    throw new Refusal(
      'HISTORY_TOO_LONG',
      `The history has ${history.length} periods; at most ${LONGEST_HISTORY} are taken.`,
    )
  }
  return {
    history,
    frequency: positive(frequency, LONGEST_SEASON),
    horizon: positive(horizon, LONGEST_HORIZON),
  }
}

function positive(value: number, most: number): number {
  if (value >= 1 && value <= most) return value
  throw new Refusal(
    'ARGUMENT_OUT_OF_RANGE',
    `${value} is not between 1 and ${most}: frequency and horizon count periods.`,
  )
}

function historyOf(series: unknown): History {
  if (
    Array.isArray(series) &&
    series.every((value) => value === null || typeof value === 'number')
  ) {
    return series
  }
  throw new Refusal('SERIES_INVALID', 'A series is a JSON array of numbers, null for a gap.')
}

function numbersOf(series: unknown): readonly number[] {
  const values = historyOf(series)
  if (values.every((value) => value !== null)) return values
  throw new Refusal('SERIES_INVALID', 'Accuracy needs numbers without gaps.')
}

function errorsOf(actual: unknown, forecast: unknown): number[] {
  const seen = numbersOf(actual)
  const made = numbersOf(forecast)
  if (seen.length === 0 || seen.length !== made.length) {
    throw new Refusal(
      'SERIES_INVALID',
      'Actual and forecast are to have the same length, one or more.',
    )
  }
  return seen.map((value, t) => value - (made[t] as number))
}
