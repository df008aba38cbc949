import t from 'tap'
import { forecast } from '../src/forecast/forecast.ts'
import { forecastDistribution } from '../src/forecast/forecast-distribution.ts'
import { casesMissing, type M3Series, m3Series } from './cases.ts'
import { contextWithoutTables } from './context.ts'

const methods = ['ets', 'theta', 'auto'] as const

/** Mean absolute error of the forecasts over the in-sample error of repeating the season, as the references count it. */
function mase({ train, test, m }: M3Series, mean: readonly number[]): number {
  const lag = train.length > m ? m : 1
  const naive = average(train.slice(lag).map((value, i) => Math.abs(value - train[i]!)))
  return average(test.map((value, h) => Math.abs(value - mean[h]!))) / naive
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

t.test('the 64 M3 series are forecast as well as R does', { skip: casesMissing }, async (t) => {
  const errors = new Map<string, number[]>()
  const started = process.cpuUsage()
  for (const series of m3Series()) {
    for (const method of methods) {
      const input = { history: series.train, frequency: series.m, horizon: series.h, method }
      const { mean } = await forecast(input, contextWithoutTables)
      for (const group of [series.period, 'ALL']) {
        const key = `${method} ${group}`
        errors.set(key, [...(errors.get(key) ?? []), mase(series, mean)])
      }
    }
  }
  const cpuMs = process.cpuUsage(started).user / 1000
  const of = (key: string): number => average(errors.get(key)!)
  for (const key of errors.keys()) t.comment(`mean MASE ${key}: ${of(key).toFixed(4)}`)
  t.comment(`${(cpuMs / 128).toFixed(1)} ms of CPU for AutoETS or the default, on the mean`)

  t.equal(errors.get('auto ALL')?.length, 64)
  t.ok(of('ets ALL') <= 1.08, `AutoETS ${of('ets ALL')} is at most 1.08; R's ets has 1.0585`)
  t.ok(Math.abs(of('theta ALL') - 1.2663) < 0.01, `Theta ${of('theta ALL')} is R's 1.2663`)
  t.ok(of('auto ALL') <= 1.13, `the default ${of('auto ALL')} is at most 1.13`)
  t.ok(of('auto MONTHLY') < of('theta MONTHLY'), 'the default beats Theta on months')
  t.ok(of('auto QUARTERLY') < of('ets QUARTERLY'), 'the default beats AutoETS on quarters')
})

t.test('intervals cover as often as they say', { skip: casesMissing }, async (t) => {
  const covered = { 80: 0, 95: 0 }
  let count = 0
  for (const { train, test, m, h } of m3Series()) {
    const { quantiles } = forecastDistribution({
      history: train,
      frequency: m,
      horizon: h,
      levels: [80, 95],
    })
    const [low95, low80, high80, high95] = quantiles.map(({ values }) => values)
    for (const [k, value] of test.entries()) {
      count++
      if (value >= low80![k]! && value <= high80![k]!) covered[80]++
      if (value >= low95![k]! && value <= high95![k]!) covered[95]++
    }
  }
  t.comment(`coverage of 80 %: ${covered[80] / count}, of 95 %: ${covered[95] / count}`)
  t.ok(covered[80] / count >= 0.73 && covered[80] / count <= 0.87, `80 %: ${covered[80] / count}`)
  t.ok(covered[95] / count >= 0.9, `95 %: ${covered[95] / count}`)
})
