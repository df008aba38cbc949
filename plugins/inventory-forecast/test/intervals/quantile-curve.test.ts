import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { partOf } from '../../src/intermittent/part-of-period.ts'
import { meanOf, probabilityAtMost, varianceOf } from '../../src/intermittent/pmf.ts'
import { quantileCurve } from '../../src/intervals/quantile-curve.ts'
import { demandAhead } from '../../src/inventory/demand-source.ts'
import { negativeBinomialPmf } from '../../src/inventory/negative-binomial.ts'
import { normalQuantile } from '../../src/inventory/normal.ts'

const levels = [0.05, 0.1, 0.5, 0.9, 0.95]
const normal = (mean: number, sd: number) =>
  levels.map((p) => ({ p, value: mean + sd * normalQuantile(p) }))

t.test('a curve through quantiles is that of the distribution, also beyond them', async (t) => {
  const { valueAt, scoreAt } = quantileCurve(normal(100, 20))
  for (const p of [0.001, 0.07, 0.3, 0.5, 0.8, 0.99, 0.999]) {
    const z = normalQuantile(p)
    t.ok(Math.abs(valueAt(z) - (100 + 20 * z)) < 1e-9)
    t.ok(Math.abs(scoreAt(100 + 20 * z) - z) < 1e-9)
  }
  const saturated = quantileCurve([
    { p: 0.5, value: 10 },
    { p: 0.9, value: 30 },
    { p: 0.95, value: 30 },
  ])
  t.ok(saturated.valueAt(normalQuantile(0.99)) > 33, 'two like quantiles are no end of demand')
  const flat = quantileCurve([
    { p: 0.1, value: 5 },
    { p: 0.9, value: 5 },
  ])
  t.equal(flat.valueAt(3), 5)
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: 5, maxLength: 5 }),
      fc.double({ min: -3, max: 3, noNaN: true }),
      fc.double({ min: 0, max: 2, noNaN: true }),
      (values, z, more) => {
        const sorted = [...values].sort((a, b) => a - b)
        const curve = quantileCurve(levels.map((p, i) => ({ p, value: sorted[i] as number })))
        return curve.valueAt(z) <= curve.valueAt(z + more) + 1e-9
      },
    ),
  )
})

t.test('a part of a period has its share of the demand', async (t) => {
  const steady = negativeBinomialPmf(50, 80)
  const part = partOf(steady, 0.3)
  t.ok(Math.abs(meanOf(part) - 15) < 1e-6 && Math.abs(varianceOf(part) - 24) < 1e-3)
  const rare = { step: 1, probabilities: [0.8, 0, 0, 0, 0, 0.2] }
  t.ok(Math.abs(probabilityAtMost(partOf(rare, 0.5), 4) - 0.9) < 1e-12, 'a rare demand comes whole')
  t.equal(partOf(steady, 1), steady)
  t.equal(meanOf(partOf(steady, 0)), 0)
})

t.test('what is over of a period is not asked for again', async (t) => {
  const quantiles = normal(100, 10).map(({ p, value }) => ({ p, values: [value, value, value] }))
  const whole = demandAhead({ kind: 'forecast', quantiles }, 6, 0.9)
  const begun = demandAhead({ kind: 'forecast', quantiles, elapsed: 0.75 }, 6, 0.9)
  for (const periods of [0.1, 0.25, 1, 2.5, 5]) {
    for (const ahead of [whole, begun]) {
      t.ok(Math.abs(meanOf(ahead.over(periods)) / (100 * periods) - 1) < 0.01, `${periods}`)
      t.ok(Math.abs(varianceOf(ahead.over(periods)) / (100 * periods) - 1) < 0.05, `${periods}`)
    }
  }
  t.ok(Math.abs(begun.meanPerPeriod - 100) < 0.5)
})
