import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { replayEts } from '../../src/ets/replay-ets.ts'
import {
  type DistributionRequest,
  distributionOf,
  fitDistribution,
  forecastDistribution,
  updateFit,
} from '../../src/forecast/forecast-distribution.ts'
import type { ForecastFit } from '../../src/forecast/forecast-fit.ts'
import type { EtsFit } from '../../src/methods/ets-method.ts'
import { advanceTheta, continueTheta, type ThetaState } from '../../src/theta/theta.ts'

/** Season, growth and a little noise, above 0. */
const wave = (length: number, frequency: number, noise = 11): number[] =>
  Array.from(
    { length },
    (_, i) =>
      (200 + i) * (1 + 0.3 * Math.sin((2 * Math.PI * i) / frequency)) + ((i * 7919) % noise),
  )

const history = fc.oneof(
  fc.array(fc.double({ min: 0.1, max: 1000, noNaN: true }), { minLength: 4, maxLength: 40 }),
  fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 4, maxLength: 40 }),
  fc.array(fc.double({ min: -1e12, max: 1e12, noNaN: true }), { minLength: 4, maxLength: 30 }),
  fc.integer({ min: 8, max: 60 }).map((length) => wave(length, 12)),
)
const request = fc.record({
  history,
  frequency: fc.constantFrom(1, 4, 7, 12, 52),
  horizon: fc.integer({ min: 1, max: 20 }),
})

const codes = (made: { notes: readonly { code: string }[] }) => made.notes.map(({ code }) => code)

t.test('quantiles never cross, and every number is finite', async () => {
  fc.assert(
    fc.property(request, fc.boolean(), fc.boolean(), (input, nonNegative, integer) => {
      const probabilities = [0.01, 0.1, 0.5, 0.75, 0.9, 0.99]
      const { mean, quantiles } = forecastDistribution({
        ...input,
        quantiles: [...probabilities].reverse(),
        nonNegative,
        integer,
      })
      const all = [mean, ...quantiles.map(({ values }) => values)]
      return (
        quantiles.every(({ p }, k) => p === probabilities[k]) &&
        all.every((values) => values.length === input.horizon && values.every(Number.isFinite)) &&
        mean.every((_, h) =>
          quantiles.every(({ values }, k) => k === 0 || values[h]! >= quantiles[k - 1]!.values[h]!),
        ) &&
        (!nonNegative || all.flat().every((value) => value >= 0)) &&
        (!integer || all.flat().every(Number.isInteger))
      )
    }),
    { numRuns: 60 },
  )
})

t.test('components add up to the mean', async () => {
  fc.assert(
    fc.property(request, (input) => {
      const { mean, components } = forecastDistribution(input)
      const { trend, season, calendar, promotion } = components
      const size = Math.max(...input.history.map(Math.abs), 1)
      return mean.every(
        (value, h) =>
          Math.abs(value - trend[h]! - season[h]! - calendar[h]! - promotion[h]!) <= 1e-9 * size,
      )
    }),
    { numRuns: 30 },
  )
})

/** What the members forecast when each is run over the whole series from its start. */
function replayed(
  { members }: ForecastFit,
  values: readonly number[],
  horizon: number,
): number[][] {
  return members.map(({ id, state }) => {
    if (id === 'theta') {
      const { start, ...theta } = state as ThetaState
      const begun: ThetaState = { ...theta, start, level: start, seen: 0 }
      return continueTheta(values.reduce<ThetaState>(advanceTheta, begun), horizon)
    }
    return [...replayEts((state as EtsFit).model, values, horizon)!.mean]
  })
}

t.test('one more point equals a replay of the whole series to 1e-9', async (t) => {
  for (const frequency of [1, 4, 12]) {
    const values = wave(72, frequency, 37)
    const seen = values.slice(0, 48)
    let fit = fitDistribution({ history: seen, frequency, horizon: 12 })
    for (const value of values.slice(48)) fit = updateFit(fit, value)!
    const expected = replayed(fit.fit, values, 12).map((row) => row)
    const { mean } = distributionOf(fit, { horizon: 12 })
    const combined = expected[0]!.map((_, h) => {
      const sorted = expected.map((row) => row[h]!).sort((a, b) => a - b)
      return sorted.length === 3
        ? sorted[1]!
        : sorted.reduce((sum, v) => sum + v, 0) / sorted.length
    })
    t.ok(
      mean.every((value, h) => Math.abs(value / combined[h]! - 1) < 1e-9),
      `season ${frequency}`,
    )
    t.equal(fit.seen, 72)
  }
})

t.test('one more point takes well under a millisecond, and survives JSON', async (t) => {
  const first = fitDistribution({ history: wave(120, 12), frequency: 12, horizon: 12 })
  let fit = JSON.parse(JSON.stringify(first)) as typeof first
  const values = wave(2120, 12).slice(120)
  const started = process.cpuUsage()
  for (const value of values) fit = updateFit(fit, value)!
  const ms = process.cpuUsage(started).user / 1000 / values.length
  t.comment(`${ms.toFixed(4)} ms of CPU for a point`)
  t.ok(ms < 1)
  t.strictSame(
    distributionOf(updateFit(first, 300)!, { horizon: 3 }),
    distributionOf(updateFit(JSON.parse(JSON.stringify(first)), 300)!, { horizon: 3 }),
  )
})

t.test('a point that a model does not cover asks for a new fit', async (t) => {
  const growing = wave(48, 12, 1).map(
    (value, i) => value * 1.03 ** i * (1 + ((i * 7919) % 11) / 100),
  )
  const fit = fitDistribution({ history: growing, frequency: 12, horizon: 12, method: 'ets' })
  t.match((fit.fit.members[0]!.state as EtsFit).model.form, { error: 'M' })
  t.equal(updateFit(fit, Number.NaN), undefined)
  const fallen = updateFit(fit, -1e9)
  t.equal(fallen && updateFit(fallen, 1), undefined)
})

t.test('nothing after an origin reaches the forecasts of the back-test', async (t) => {
  const { backTest } = await import('../../src/selection/back-test.ts')
  const { seriesOf } = await import('../../src/methods/series.ts')
  const { methods } = await import('../../src/methods/method-table.ts')
  const values = wave(60, 12)
  const series = seriesOf(values, 12)
  const naive = methods.filter(({ id }) => id === 'seasonal-naive' || id === 'theta')
  const fits = naive.map((method) => ({ method, state: method.fit(series) }))
  const whole = backTest(series, fits, 12)
  const origin = whole.origins[3]!
  const changed = values.map((value, t) => (t < origin ? value : value * 3))
  const other = backTest(seriesOf(changed, 12), fits, 12)
  t.strictSame(other.forecasts.get('theta')![3], whole.forecasts.get('theta')![3])
  t.ok(whole.origins.length >= 3 && whole.origins.every((o) => o >= 25 && o < 60))
})

t.test('the combination stands unless a method is clearly better', async (t) => {
  const steady = forecastDistribution({ history: wave(72, 12), frequency: 12, horizon: 12 })
  t.equal(steady.method, 'median')
  t.equal(steady.candidates.filter(({ chosen }) => chosen).length, 1)
  // A pattern that only repeats: the season before is the truth.
  const pattern = Array.from(
    { length: 49 },
    (_, i) => [3, 80, 5, 1, 60, 2, 9][i % 7]! + (i % 2) * 1e-3,
  )
  const repeated = forecastDistribution({ history: pattern, frequency: 7, horizon: 7 })
  const [best] = [...repeated.candidates].sort((a, b) => (a.mase ?? 9) - (b.mase ?? 9))
  t.ok(repeated.method === 'median' || codes(repeated).includes('METHOD_CLEARLY_BETTER'))
  t.ok(best)
})

const degenerate = [
  { title: 'a constant history', history: Array(24).fill(7), code: 'CONSTANT_HISTORY', mean: 7 },
  { title: 'all zeros', history: Array(24).fill(0), code: 'ALL_ZERO', mean: 0 },
]

t.test('a history that says one thing is carried on, with a note', async (t) => {
  for (const { title, history, code, mean } of degenerate) {
    const made = forecastDistribution({ history, frequency: 12, horizon: 3 })
    t.strictSame(made.mean, [mean, mean, mean], title)
    t.ok(codes(made).includes(code), code)
    t.ok(made.quantiles.every(({ values }) => values.every((value) => value === mean)))
  }
})

const refused: readonly { title: string; history: DistributionRequest['history']; code: string }[] =
  [
    { title: 'empty', history: [], code: 'HISTORY_TOO_SHORT' },
    { title: 'one point', history: [5], code: 'HISTORY_TOO_SHORT' },
    { title: 'nothing but gaps', history: [null, null, null, null, null], code: 'HISTORY_EMPTY' },
    { title: 'NaN', history: [1, 2, Number.NaN, 4, 5], code: 'HISTORY_OUT_OF_RANGE' },
    {
      title: 'infinite',
      history: [1, 2, Number.POSITIVE_INFINITY, 4],
      code: 'HISTORY_OUT_OF_RANGE',
    },
    { title: '10^15', history: [1, 2, 1e15, 4, 5], code: 'HISTORY_OUT_OF_RANGE' },
  ]

t.test('what is no history is refused by a code', async (t) => {
  for (const { title, history, code } of refused) {
    t.throws(() => forecastDistribution({ history, frequency: 1, horizon: 2 }), { code }, title)
  }
})

t.test('fallbacks are told in both languages', async (t) => {
  const short = forecastDistribution({ history: [5, 7, 6, 9, 8], frequency: 12, horizon: 3 })
  t.ok(codes(short).includes('INTERVALS_PARAMETRIC'))
  t.ok(codes(short).includes('SEASON_NOT_SEEN'))
  t.equal(short.accuracy, null)
  const gaps = forecastDistribution({ history: [5, null, 6, 9, 8, 7, 6], frequency: 1, horizon: 3 })
  t.ok(codes(gaps).includes('GAPS_FILLED'))
  const negative = forecastDistribution({
    history: [5, -2, 6, 9, 8, 7, 6],
    frequency: 1,
    horizon: 3,
  })
  t.ok(codes(negative).includes('NEGATIVE_DEMAND'))
  const sparse = forecastDistribution({
    history: [0, 3, 0, 0, 2, 0, 0, 0, 5, 0, 0, 1],
    frequency: 1,
    horizon: 3,
  })
  t.ok(codes(sparse).includes('INTERMITTENT'))
  for (const { text } of [...short.notes, ...gaps.notes, ...negative.notes, ...sparse.notes]) {
    t.ok(text.en.length > 10 && /[一-龥]/.test(text['zh-CN']))
    t.notMatch(text.en + text['zh-CN'], /undefined/)
  }
})

t.test('planned promotions and the calendar come back into the forecast', async (t) => {
  const base = wave(48, 12)
  const history = base.map((value, i) => (i === 20 || i === 33 ? value * 1.5 : value))
  const made = forecastDistribution({
    history,
    frequency: 12,
    horizon: 6,
    promoted: [20, 33],
    planned: [2],
  })
  const plain = forecastDistribution({ history: base, frequency: 12, horizon: 6 })
  const lift = made.mean[1]! / (made.mean[1]! - made.components.promotion[1]!)
  t.ok(Math.abs(lift - 1.5) < 0.05, `uplift ${lift}`)
  t.ok(Math.abs(made.mean[0]! / plain.mean[0]! - 1) < 0.03)
  t.ok(codes(made).includes('PROMOTIONS_REMOVED') && codes(made).includes('PROMOTIONS_PLANNED'))
})

t.test('weeks of a year and days of week and year are seasons too', async (t) => {
  const weeks = Array.from(
    { length: 160 },
    (_, i) => 50 + 20 * Math.sin((2 * Math.PI * i) / 52) + ((i * 7919) % 5),
  )
  const made = forecastDistribution({ history: weeks, frequency: 52, horizon: 26 })
  const truth = Array.from(
    { length: 26 },
    (_, h) => 52 + 20 * Math.sin((2 * Math.PI * (160 + h)) / 52),
  )
  t.ok(made.mean.every((value, h) => Math.abs(value - truth[h]!) < 5))
  const days = Array.from(
    { length: 800 },
    (_, i) =>
      100 +
      [0, 5, 9, 5, 0, -9, -10][i % 7]! +
      30 * Math.sin((2 * Math.PI * i) / 365) +
      ((i * 7919) % 5),
  )
  const two = forecastDistribution({ history: days, frequency: 7, seasons: [7, 365], horizon: 14 })
  t.match(two.description, /STL\(7, 365\)/)
  const next = Array.from(
    { length: 14 },
    (_, h) =>
      102 +
      [0, 5, 9, 5, 0, -9, -10][(800 + h) % 7]! +
      30 * Math.sin((2 * Math.PI * (800 + h)) / 365),
  )
  t.ok(two.mean.every((value, h) => Math.abs(value - next[h]!) < 6))
})
