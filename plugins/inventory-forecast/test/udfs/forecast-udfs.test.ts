import t from 'tap'
import { forecastDistribution } from '../../src/forecast/forecast-distribution.ts'
import { forecastUdfs } from '../../src/udfs/forecast-udfs.ts'
import { casesMissing, goldModels } from '../cases.ts'

const { forecast_series, ets_forecast, theta_forecast, mase, rmsse, pinball, is_cn_workday } =
  forecastUdfs
const series = [52, 61, 74, 49, 55, 66, 78, 53, 60, 70, 85, 56]

t.test('a row is forecast as a call of the service is', async (t) => {
  const made = forecast_series(series, 4, 4)
  const { mean, quantiles, method } = forecastDistribution({
    history: series,
    frequency: 4,
    horizon: 4,
  })
  t.match(made, { mean, quantiles, method })
  t.equal(ets_forecast(series, 4, 4).length, 4)
})

t.test("Theta over rows is R's", { skip: casesMissing }, async (t) => {
  for (const { name, x, frequency, h, theta } of goldModels()) {
    const mean = theta_forecast(x, frequency, h)
    t.ok(
      mean.every((value: number, k: number) => Math.abs(value / theta.mean[k]! - 1) < 0.005),
      name,
    )
  }
})

t.test('one bad series of ten thousand does not end the batch', async (t) => {
  t.match(forecast_series([1], 12, 3), { refused: { code: 'HISTORY_TOO_SHORT' } })
  t.match(forecast_series('no', 12, 3), { refused: { code: 'SERIES_INVALID' } })
  t.match(forecast_series(series, 0, 3), { refused: { code: 'ARGUMENT_OUT_OF_RANGE' } })
  t.match(forecast_series(Array(1201).fill(1), 12, 3), { refused: { code: 'HISTORY_TOO_LONG' } })
  t.throws(() => ets_forecast([1], 12, 3), { code: 'HISTORY_TOO_SHORT' })
})

t.test('accuracy is scaled by repeating the season', async (t) => {
  t.ok(Math.abs(mase([10, 12], [11, 10], [1, 3, 2, 6], 1)! - 1.5 / (7 / 3)) < 1e-12)
  t.equal(mase([1], [1], [5, 5, 5], 1), null, 'repeating makes no error')
  t.ok(Math.abs(rmsse([10, 12], [11, 10], [1, 3, 2, 6], 1)! - Math.sqrt(2.5 / (21 / 3))) < 1e-12)
  t.throws(() => mase([1, 2], [1], [1, 2], 1), { code: 'SERIES_INVALID' })
  t.throws(() => mase([1, null], [1, 2], [1, 2], 1), { code: 'SERIES_INVALID' })
})

t.test('the loss of a quantile weighs both sides by its probability', async (t) => {
  const column = (...values: number[]) => ({ values: Float64Array.from(values) }) as never
  const out = new Float64Array(3)
  pinball([column(12, 8, 10), column(10, 10, 10), column(0.9, 0.9, 0.9)], 3, out)
  t.strictSame(
    [...out].map((value) => Math.round(value * 1e9) / 1e9),
    [1.8, 0.2, 0],
  )
})

t.test('a workday is asked for by its date', async (t) => {
  t.equal(is_cn_workday('2026-02-14'), true)
  t.equal(is_cn_workday('2026-02-16'), false)
  t.equal(is_cn_workday('2032-02-16'), null)
  t.throws(() => is_cn_workday('tomorrow'), { code: 'DATE_INVALID' })
})
