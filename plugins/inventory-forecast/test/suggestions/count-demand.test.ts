import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { convolvePower, meanOf, mixture, type Pmf, varianceOf } from '../../src/intermittent/pmf.ts'
import { leadTimePoints } from '../../src/inventory/lead-time.ts'
import { overTime } from '../../src/suggestions/count-demand.ts'

const pmfs = fc
  .array(fc.integer({ min: 1, max: 50 }), { minLength: 2, maxLength: 12 })
  .map((weights): Pmf => {
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    return { step: 1, probabilities: weights.map((weight) => weight / total) }
  })

t.test('demand over a time that varies is the mixture of sums of periods', async () => {
  const times = fc.uniqueArray(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(pmfs, times, (period, wholes) => {
      const weight = 1 / wholes.length
      const sum = overTime(
        period,
        wholes.map((periods) => ({ periods, weight })),
      )
      const expected = mixture(
        wholes.map((periods) => ({ weight, pmf: convolvePower(period, periods) })),
      )
      for (const [i, p] of expected.probabilities.entries()) {
        if (Math.abs(p - (sum.probabilities[i] ?? 0)) > 1e-10) return false
      }
      return true
    }),
  )
})

t.test('a part of a period keeps its mean', async () => {
  fc.assert(
    fc.property(pmfs, fc.double({ min: 0, max: 30, noNaN: true }), (period, periods) => {
      const sum = overTime(period, [{ periods, weight: 1 }])
      return Math.abs(meanOf(sum) - periods * meanOf(period)) < 1e-6
    }),
  )
})

t.test('a long sum of large demands is on a coarser grid, and its moments stay', async (t) => {
  const probabilities = Array.from({ length: 900 }, (_, i) => (i === 0 ? 0.8 : 0.2 / 899))
  const period: Pmf = { step: 1, probabilities }
  const points = leadTimePoints({ periods: 60, sd: 20 })
  const sum = overTime(period, points)
  t.ok(sum.probabilities.length <= 4500, `${sum.probabilities.length} points`)
  const mean = 60 * meanOf(period)
  t.ok(Math.abs(meanOf(sum) / mean - 1) < 1e-6)
  const secondMoment = points.reduce(
    (all, { periods, weight }) =>
      all + weight * (periods * varianceOf(period) + (periods * meanOf(period)) ** 2),
    0,
  )
  t.ok(Math.abs(varianceOf(sum) / (secondMoment - mean ** 2) - 1) < 0.01)
})
