import t from 'tap'
import { mstl, usableSeasons } from '../../src/decomposition/mstl.ts'
import { stl } from '../../src/decomposition/stl.ts'
import { casesMissing, goldModels } from '../cases.ts'

const near = (value: number, expected: number, size: number): boolean =>
  Math.abs(value - expected) <= 1e-9 * size

t.test("a periodic decomposition is R's to 1e-9", { skip: casesMissing }, async (t) => {
  let compared = 0
  for (const { name, x, frequency, stl_periodic: gold } of goldModels()) {
    if (gold === undefined) continue
    const { seasonal, trend } = stl(x, frequency, { seasonalWindow: 'periodic' })
    const size = Math.max(...x)
    t.ok(
      gold.seasonal.every((value, k) => near(seasonal[k]!, value, size)),
      `${name}: season`,
    )
    t.ok(
      gold.trend_first5.every((value, k) => near(trend[k]!, value, size)),
      `${name}: first trend`,
    )
    const last = trend.slice(-5)
    t.ok(
      gold.trend_last5.every((value, k) => near(last[k]!, value, size)),
      `${name}: last trend`,
    )
    compared++
  }
  t.equal(compared, 3)
})

t.test("a season that changes is R's mstl to 1e-9", { skip: casesMissing }, async (t) => {
  for (const { name, x, frequency, mstl: gold } of goldModels()) {
    if (gold === undefined) continue
    const parts = mstl(x, [frequency])
    const [, trend, season, remainder] = gold.last
    const size = Math.max(...x)
    t.ok(near(parts.trend.at(-1)!, trend!, size), `${name}: trend`)
    t.ok(near(parts.seasonals[0]!.values.at(-1)!, season!, size), `${name}: season`)
    t.ok(near(parts.remainder.at(-1)!, remainder!, size), `${name}: remainder`)
  }
})

/** Days with a week and a year in them, a line below, and nothing else. */
const days = Array.from(
  { length: 1100 },
  (_, i) =>
    200 + 0.05 * i + [0, 5, 10, 5, 0, -10, -10][i % 7]! + 30 * Math.sin((2 * Math.PI * i) / 365),
)

t.test('a week and a year are told apart', async (t) => {
  const parts = mstl(days, [365, 7])
  t.strictSame(
    parts.seasonals.map(({ period }) => period),
    [7, 365],
  )
  const [week, year] = parts.seasonals
  const middle = 550
  t.ok(Math.abs(week!.values[middle]! - [0, 5, 10, 5, 0, -10, -10][middle % 7]!) < 1)
  t.ok(Math.abs(year!.values[middle]! - 30 * Math.sin((2 * Math.PI * middle) / 365)) < 2)
  t.ok(parts.remainder.every((value) => Math.abs(value) < 3))
})

t.test('parts always sum to the series, and an outlier does not bend them', async (t) => {
  const noisy = days.slice(0, 200).map((value, i) => value + ((i * 7919) % 11) - 5)
  const series = noisy.map((value, i) => (i === 100 ? 1e4 : value))
  const parts = mstl(series, [7], true)
  const sums = series.map(
    (_, i) => parts.trend[i]! + parts.seasonals[0]!.values[i]! + parts.remainder[i]!,
  )
  t.ok(sums.every((sum, i) => Math.abs(sum - series[i]!) < 1e-8))
  t.ok(Math.abs(parts.trend[100]! - days[100]!) < 40)
})

t.test('a season needs two of its cycles', async (t) => {
  t.strictSame(usableSeasons(100, [365, 7, 7, 1]), [7])
  t.strictSame(mstl([1, 2, 3, 4, 5, 6], [12]).seasonals, [])
})
