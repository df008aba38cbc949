import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { formatDay } from '../../src/calendar/civil-day.ts'
import { aggregateObservations } from '../../src/cleaning/aggregate-observations.ts'
import { cleanHistory } from '../../src/cleaning/clean-history.ts'
import { outliersOf } from '../../src/cleaning/outliers.ts'
import { interpolated } from '../../src/decomposition/interpolate.ts'

const season = (length: number): number[] =>
  Array.from({ length }, (_, i) => 100 + 30 * Math.sin((2 * Math.PI * i) / 12) + ((i * 7919) % 7))

const codes = (made: { notes: readonly { code: string }[] }) => made.notes.map(({ code }) => code)

t.test('a gap is filled with its season, not with a straight line', async (t) => {
  const values = season(60)
  const gaps = values.map((value, i) => (i >= 36 && i < 40 ? undefined : value))
  const filled = interpolated(gaps, 12)
  for (let i = 36; i < 40; i++) t.ok(Math.abs(filled[i]! - values[i]!) < 8, `period ${i}`)
  t.strictSame(interpolated([undefined, 3, undefined, 5, undefined], 1), [3, 3, 4, 5, 5])
})

t.test('a stock-out raises demand to what is expected, and never lowers it', async (t) => {
  const values = season(60)
  const sold = values.map((value, i) => (i === 30 ? 10 : value))
  const { values: base, notes } = cleanHistory(sold, 12, { stockouts: [30, 31] })
  t.ok(Math.abs(base[30]! - values[30]!) < 10)
  t.ok(base[31]! >= sold[31]!)
  t.match(notes[0]!.code, 'STOCKOUTS_RAISED')
})

t.test('sales with a stock-out are a lower bound of demand, whatever the series', async () => {
  const series = fc.array(fc.double({ min: 0, max: 1000, noNaN: true }), {
    minLength: 6,
    maxLength: 40,
  })
  fc.assert(
    fc.property(series, fc.nat(4), (history, t) => {
      const { values } = cleanHistory(history, 4, { stockouts: [t] })
      return (
        values[t]! >= history[t]! && values.every((value, i) => i === t || value === history[i])
      )
    }),
  )
})

t.test('promotions are brought to their base and leave their uplift', async (t) => {
  const values = season(60)
  const promoted = values.map((value, i) => (i === 25 || i === 50 ? value * 2 : value))
  const made = cleanHistory(promoted, 12, { promoted: [25, 50] })
  t.ok(Math.abs(made.uplift - 2) < 0.1, `uplift ${made.uplift}`)
  t.ok(Math.abs(made.values[25]! - values[25]!) < 10)
  t.strictSame(codes(made), ['PROMOTIONS_REMOVED'])
})

t.test('an outlier is told, and replaced only where asked', async (t) => {
  const values = season(60).map((value, i) => (i === 40 ? 900 : value))
  t.strictSame(outliersOf(values, 12), [40])
  t.strictSame(outliersOf(season(60), 12), [])
  const told = cleanHistory(values, 12, { outliers: 'report' })
  t.equal(told.values[40], 900)
  t.strictSame(codes(told), ['OUTLIERS_FOUND'])
  const replaced = cleanHistory(values, 12, { outliers: 'replace' })
  t.ok(Math.abs(replaced.values[40]! - season(60)[40]!) < 10)
  t.strictSame(codes(replaced), ['OUTLIERS_REPLACED'])
  t.strictSame(codes(cleanHistory(values, 12, {})), [])
  const line = Array.from({ length: 30 }, (_, i) => 5 * i + ((i * 7919) % 3) - (i === 7 ? 300 : 0))
  t.strictSame(outliersOf(line, 1), [7], 'downwards, without a season')
})

t.test('a return undoes the demand before it', async (t) => {
  const { values, notes } = cleanHistory([5, 8, -10, 4, -1, 6], 1, { returns: 'net' })
  t.strictSame(values, [3, 0, 0, 3, 0, 6])
  t.equal(notes[0]!.code, 'RETURNS_NETTED')
  t.strictSame(cleanHistory([5, -2, 6], 1, {}).values, [5, -2, 6], 'only where asked')
})

t.test('what is excluded says nothing', async (t) => {
  const { values, notes } = cleanHistory([10, 10, 500, 10, 10], 1, { exclude: [2] })
  t.strictSame(values, [10, 10, 10, 10, 10])
  t.equal(notes[0]!.code, 'EXCLUDED_FILLED')
  t.throws(() => cleanHistory([1, 2], 1, { exclude: [0, 1] }), { code: 'HISTORY_EMPTY' })
})

const sales = [
  { at: '2026-03-31T23:30:00-05:00', value: 4 },
  { at: '2026-01-15', value: 10 },
  { at: '2026-01-20', value: 5, promotion: true },
  { at: '2026-04-02', value: 7, stockout: true },
]

t.test('movements come to periods, in whatever order', async (t) => {
  const made = aggregateObservations(sales, { period: 'month' })
  t.strictSame(made.history, [15, 0, 4, 7])
  t.equal(formatDay(made.start), '2026-01-01')
  t.strictSame([made.promoted, made.stockouts, made.exclude], [[0], [3], []])
  t.strictSame(codes(made), ['GAPS_ZERO'])
  const { history, notes } = aggregateObservations([...sales].reverse(), {
    period: 'month',
    gaps: 'missing',
  })
  t.strictSame(history, [15, null, 4, 7])
  t.strictSame(notes, [])
  t.strictSame(aggregateObservations(sales, { period: 'quarter' }).history, [19, 7])
})

t.test('a period that is not over is left out, and empty ones up to the day count', async (t) => {
  const cut = aggregateObservations(sales, { period: 'month', until: '2026-04-15' })
  t.strictSame(cut.history, [15, 0, 4])
  t.ok(codes(cut).includes('LAST_PERIOD_INCOMPLETE'))
  t.strictSame(
    aggregateObservations(sales, { period: 'month', until: '2026-06-30' }).history,
    [15, 0, 4, 7, 0, 0],
  )
})

t.test('duplicated instants are added and told, or refused', async (t) => {
  const twice = [...sales, { at: '2026-01-15', value: 1 }]
  const summed = aggregateObservations(twice, { period: 'month' })
  t.equal(summed.history[0], 16)
  t.ok(codes(summed).includes('DUPLICATES_SUMMED'))
  t.equal(aggregateObservations(twice, { period: 'month', duplicates: 'last' }).history[0], 6)
  t.throws(() => aggregateObservations(twice, { period: 'month', duplicates: 'refuse' }), {
    code: 'OBSERVATIONS_DUPLICATED',
  })
})

t.test('dates that are none, and years that are mistyped, are refused', async (t) => {
  const at = (text: string) => () =>
    aggregateObservations([...sales, { at: text, value: 1 }], { period: 'day' })
  t.throws(at('2026-02-30'), { code: 'DATE_INVALID' })
  t.throws(at('0206-02-03'), { code: 'HISTORY_TOO_LONG' })
  t.throws(() => aggregateObservations([], { period: 'day' }), { code: 'HISTORY_EMPTY' })
  t.throws(() => aggregateObservations(sales, { period: 'month', until: '2025-01-01' }), {
    code: 'HISTORY_EMPTY',
  })
})
