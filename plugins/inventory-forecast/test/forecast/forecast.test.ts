import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { forecast } from '../../src/forecast/forecast.ts'
import type { ForecastInput, RequestedMethod } from '../../src/forecast/forecast-input.ts'
import { contextWithoutTables } from '../context.ts'

const answer = (input: ForecastInput) => forecast(input, contextWithoutTables)

const series = fc.oneof(
  fc.array(fc.double({ min: 0.1, max: 1000, noNaN: true }), { minLength: 4, maxLength: 40 }),
  fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 4, maxLength: 40 }),
  fc.array(fc.double({ min: -1e12, max: 1e12, noNaN: true }), { minLength: 4, maxLength: 30 }),
  fc
    .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 8, max: 40 }))
    .map(([step, length]) => Array.from({ length }, (_, i) => 20 + step * i + 10 * (i % 4))),
)
const input = fc.record({
  history: series,
  frequency: fc.constantFrom(1, 4, 7, 12, 52),
  horizon: fc.integer({ min: 1, max: 30 }),
  method: fc.constantFrom<RequestedMethod>('auto', 'ets', 'theta', 'combination', 'seasonal-naive'),
})
const runs = (seed: number) => ({ seed, numRuns: 60 })

/** Strong yearly season, growth and noise. */
const seasonal = Array.from(
  { length: 60 },
  (_, i) => (200 + 2 * i) * (1 + 0.3 * Math.sin((2 * Math.PI * i) / 12)) + ((i * 7919) % 11),
)

t.test("every forecast has the horizon's length and only finite numbers", async () => {
  await fc.assert(
    fc.asyncProperty(input, async (request) => {
      const { mean, accuracy } = await answer(request)
      const { mase, ...errors } = accuracy
      const numbers = [...mean, ...Object.values(errors), mase ?? 0]
      return mean.length === request.horizon && numbers.every(Number.isFinite)
    }),
    runs(5),
  )
})

t.test('a non-negative forecast is the same one, cut off at 0', async () => {
  await fc.assert(
    fc.asyncProperty(input, async (request) => {
      const free = await answer(request)
      const { mean } = await answer({ ...request, nonNegative: true })
      return mean.every((value, h) => value === Math.max(free.mean[h]!, 0))
    }),
    runs(6),
  )
})

t.test('another unit of measure gives the same forecast in that unit', async () => {
  await fc.assert(
    fc.asyncProperty(input, fc.constantFrom(-3, 1, 7), async (request, power) => {
      // A power of two changes no bit of the digits, so the whole search must take the same way.
      const unit = 2 ** power
      const { mean, method } = await answer(request)
      const scaled = await answer({
        ...request,
        history: request.history.map((value) => value * unit),
      })
      return (
        method === scaled.method &&
        scaled.mean.every((value, h) => Object.is(value, mean[h]! * unit))
      )
    }),
    runs(7),
  )
  const history = seasonal.map((value) => value * 10)
  const tenfold = await answer({ history, frequency: 12, horizon: 12 })
  const { mean } = await answer({ history: seasonal, frequency: 12, horizon: 12 })
  t.ok(tenfold.mean.every((value, h) => Math.abs(value / (10 * mean[h]!) - 1) < 1e-3))
})

t.test('an answer depends on nothing but its request, in whatever order they come', async (t) => {
  const requests = fc.sample(input, { seed: 8, numRuns: 12 })
  const there = await Promise.all(requests.map(answer))
  const back = await Promise.all([...requests].reverse().map(answer))
  t.strictSame(back.reverse(), there)
})

t.test('a constant history is carried on, whatever the method', async (t) => {
  for (const method of ['auto', 'ets', 'theta', 'combination'] as const) {
    const made = await answer({ history: Array(24).fill(7), frequency: 12, horizon: 3, method })
    t.strictSame(made.mean, [7, 7, 7])
    t.equal(made.method, 'constant')
    t.strictSame(made.accuracy, { mase: null, rmse: 0, mae: 0, bias: 0 })
  }
})

t.test('the combination is the mean of AutoETS and Theta', async (t) => {
  const request = { history: seasonal, frequency: 12, horizon: 12 }
  const both = await answer({ ...request, method: 'combination' })
  const ets = await answer({ ...request, method: 'ets' })
  const theta = await answer({ ...request, method: 'theta' })
  t.strictSame(
    both.mean,
    ets.mean.map((value, h) => (value + theta.mean[h]!) / 2),
  )
  t.strictSame(both.models, [...ets.models, ...theta.models])
  t.match(both.description, /^Mean of ETS\(.+\) and Theta, multiplicative season$/)
  t.ok(both.accuracy.mase! < 0.5, 'the season and the growth are found')
  const further = await answer({ ...request, method: 'combination', quantiles: [0.5] })
  t.strictSame(further.mean, both.mean, 'with quantiles it is the same')
})

t.test('the default is the median of three, and says what it is', async (t) => {
  const request = { history: seasonal, frequency: 12, horizon: 12 }
  const made = await answer(request)
  t.match(made, { method: 'combination', selected: 'median' })
  t.match(made.description, /^Median of ETS\(.+\), Theta, multiplicative season and ETS\(.,Ad,.\)$/)
  t.ok(made.models.length <= 2, 'as many models as the first version promised')
})

const refused = [
  { code: 'HISTORY_TOO_SHORT', request: { history: [1, 2, 3], frequency: 1, horizon: 1 } },
  {
    code: 'SMOOTHING_MISSING',
    request: { history: [1, 2, 3, 4], frequency: 1, horizon: 1, method: 'holt-winters' },
  },
  {
    code: 'SEASON_MISSING',
    request: {
      history: [1, 2, 3, 4],
      frequency: 1,
      horizon: 1,
      method: 'holt-winters',
      smoothing: { alpha: 0.2, gamma: 0.1 },
    },
  },
  {
    code: 'HISTORY_TOO_SHORT',
    request: {
      history: [1, 2, 3, 4, 5, 6, 7],
      frequency: 4,
      horizon: 1,
      method: 'holt-winters',
      smoothing: { alpha: 0.2, gamma: 0.1 },
    },
  },
  {
    code: 'HISTORY_NOT_POSITIVE',
    request: {
      history: [1, 2, 0, 4, 5, 6, 7, 8],
      frequency: 4,
      horizon: 1,
      method: 'holt-winters',
      smoothing: { alpha: 0.2, gamma: 0.1, season: 'multiplicative' },
    },
  },
  {
    code: 'OPTION_NOT_FOR_METHOD',
    request: {
      history: [1, 2, 3, 4],
      frequency: 1,
      horizon: 1,
      method: 'holt-winters',
      smoothing: { alpha: 0.2 },
      quantiles: [0.9],
    },
  },
  {
    code: 'HISTORY_GAPS',
    request: {
      history: [1, null, 3, 4],
      frequency: 1,
      horizon: 1,
      method: 'holt-winters',
      smoothing: { alpha: 0.2 },
    },
  },
  { code: 'HISTORY_AMBIGUOUS', request: { frequency: 1, horizon: 1 } },
  {
    code: 'HISTORY_AMBIGUOUS',
    request: { observations: [{ at: '2026-01-01', value: 1 }], frequency: 1, horizon: 1 },
  },
  {
    code: 'PERIOD_OUTSIDE_HISTORY',
    request: { history: [1, 2, 3, 4], frequency: 1, horizon: 1, stockouts: [4] },
  },
  {
    code: 'CALENDAR_START_MISSING',
    request: { history: [1, 2, 3, 4], frequency: 1, horizon: 1, calendar: { region: 'CN' } },
  },
  {
    code: 'METHOD_NOT_FOR_HISTORY',
    request: { history: [1, 2, 3, 5], frequency: 12, horizon: 1, method: 'stl-ets' },
  },
] as const satisfies readonly { code: string; request: ForecastInput }[]

t.test('what cannot be answered is refused by a code of its own', async (t) => {
  for (const { code, request } of refused) await t.rejects(answer(request), { code })
})
