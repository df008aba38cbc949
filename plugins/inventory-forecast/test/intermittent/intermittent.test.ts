import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { classifyDemand } from '../../src/classification/demand-class.ts'
import { adida, imapa } from '../../src/intermittent/aggregation.ts'
import { pinballLoss } from '../../src/intermittent/back-test.ts'
import { croston, sba } from '../../src/intermittent/croston.ts'
import { demandDistribution } from '../../src/intermittent/demand-distribution.ts'
import { type DemandMethod, demandModels } from '../../src/intermittent/demand-models.ts'
import { intermittent } from '../../src/intermittent/intermittent-operation.ts'
import { linearDecay } from '../../src/intermittent/linear-decay.ts'
import { probabilityOfObsolescence } from '../../src/intermittent/obsolescence.ts'
import { optimisedWeights } from '../../src/intermittent/optimised-weights.ts'
import { meanOf, probabilityAtMost, varianceOf } from '../../src/intermittent/pmf.ts'
import { tsb } from '../../src/intermittent/tsb.ts'
import { casesMissing, intermittentParts } from '../cases.ts'

const methods = Object.keys(demandModels) as DemandMethod[]

const history = fc
  .array(fc.oneof(fc.constant(0), fc.constant(0), fc.integer({ min: 0, max: 9 })), {
    minLength: 1,
    maxLength: 50,
  })
  .map((values) => values as readonly number[])

t.test('fixed weights give the numbers of R to 1e-9', { skip: casesMissing }, async (t) => {
  const byName = { 'croston0.1': croston, 'sba0.1': sba, 'tsb0.1': tsb }
  for (const [name, method] of Object.entries(byName)) {
    const apart = intermittentParts().map((p) => Math.abs(method(p.train) - p.forecast[name]!))
    t.ok(Math.max(...apart) <= 1e-9, `${name}: ${Math.max(...apart)}`)
  }
})

t.test('what R optimises is near its numbers', { skip: casesMissing }, async (t) => {
  const parts = intermittentParts()
  const medianApart = (name: string, of: (values: readonly number[]) => number): number => {
    const apart = parts.map((p) => Math.abs(of(p.train) / p.forecast[name]! - 1))
    return apart.sort((a, b) => a - b)[30]!
  }
  t.ok(medianApart('adida', adida) < 0.001)
  t.ok(medianApart('imapa', imapa) < 0.002)
  for (const [name, method] of Object.entries({
    croston_opt: croston,
    sba_opt: sba,
    tsb_opt: tsb,
  })) {
    const apart = medianApart(name, (values) => method(values, optimisedWeights(method, values)))
    t.comment(`${name}: median ${(100 * apart).toFixed(1)} % from R`)
    t.ok(apart < 0.15, name)
  }
})

t.test(
  'mean interval and squared variation are those of the literature',
  { skip: casesMissing },
  async (t) => {
    for (const { id, train, ADI, CV2 } of intermittentParts()) {
      const { meanInterval, squaredVariation } = classifyDemand(train)
      t.ok(Math.abs(meanInterval! - ADI) < 1e-9 && Math.abs(squaredVariation! - CV2) < 1e-9, id)
    }
  },
)

t.test(
  'the quantile of 0.9 loses less than the sample quantile of two years',
  { skip: casesMissing },
  async (t) => {
    let [ours, baseline, hits, months] = [0, 0, 0, 0]
    for (const { train, test } of intermittentParts()) {
      const quantile = demandDistribution({ history: train, periods: 1 }).quantile(0.9)
      const sample = sampleQuantile(train.slice(-24), 0.9)
      for (const actual of test) {
        ours += pinballLoss(actual, quantile, 0.9)
        baseline += pinballLoss(actual, sample, 0.9)
        hits += actual <= quantile ? 1 : 0
        months++
      }
    }
    t.comment(
      `quantile loss ${(ours / months).toFixed(4)}, baseline ${(baseline / months).toFixed(4)}`,
    )
    t.comment(`hit rate ${(hits / months).toFixed(4)}`)
    t.equal(months, 360)
    t.ok(ours < baseline)
    t.ok(hits / months >= 0.88 && hits / months <= 0.93)
  },
)

t.test('a distribution is one: it adds up, quantiles rise, stock covers what it says', async () => {
  fc.assert(
    fc.property(
      history,
      fc.constantFrom(...methods, 'auto' as const),
      fc.constantFrom(0, 0.5, 1, 2, 3.25, 6),
      (values, method, periods) => {
        const found = demandDistribution({ history: values, periods, method, paths: 200 })
        const levels = [0.05, 0.3, 0.5, 0.75, 0.9, 0.99, 0.999]
        const quantiles = levels.map((p) => found.quantile(p))
        const stocks = levels.map((p) => found.stockFor(p))
        const total = found.pmf.probabilities.reduce((sum, p) => sum + p, 0)
        return (
          Math.abs(total - 1) < 1e-9 &&
          found.pmf.probabilities.every((p) => p >= 0) &&
          quantiles.every((q, i) => i === 0 || q >= quantiles[i - 1]! - 1e-12) &&
          stocks.every((s, i) => s >= quantiles[i]! - 1e-9) &&
          stocks.every((s, i) => probabilityAtMost(found.pmf, s) >= levels[i]! - 1e-9) &&
          found.probabilityOfObsolescence >= 0 &&
          found.probabilityOfObsolescence <= 1
        )
      },
    ),
    { numRuns: 300 },
  )
})

t.test('more periods have more demand, at every quantile', async () => {
  fc.assert(
    fc.property(history, fc.constantFrom(...methods), (values, method) => {
      if (method === 'bootstrap') return true
      const of = (periods: number) =>
        demandDistribution({ history: values, periods, method, step: 1 })
      const [short, long] = [of(2), of(3)]
      return [0.2, 0.5, 0.9, 0.99].every((p) => long.stockFor(p) >= short.stockFor(p))
    }),
    { numRuns: 200 },
  )
})

t.test('the unit of demand does not matter', async (t) => {
  const pieces = [0, 3, 0, 0, 5, 0, 2, 0, 0, 0, 4, 0, 1, 0, 0, 6, 0, 0, 2, 0, 0, 0, 3, 0, 0, 1]
  for (const unit of [0.001, 1000, 1e9]) {
    const scaled = demandDistribution({
      history: pieces.map((v) => v * unit),
      periods: 4,
      method: 'empirical',
    })
    const plain = demandDistribution({ history: pieces, periods: 4, method: 'empirical' })
    t.ok(Math.abs(scaled.mean / unit / plain.mean - 1) < 0.01, `${unit}`)
    t.ok(Math.abs(scaled.stockFor(0.95) / unit / plain.stockFor(0.95) - 1) < 0.02, `${unit}`)
  }
})

t.test('a part never asked for has quantile 0, and why is said', async (t) => {
  const dead = demandDistribution({ history: [0, 0, 0, null, 0], periods: 3 })
  t.equal(dead.quantile(0.99), 0)
  t.equal(dead.stockFor(0.999), 0)
  t.equal(dead.method, 'no-demand')
  t.equal(dead.probabilityOfObsolescence, 1)
  t.strictSame(
    dead.why.map(({ code }) => code),
    ['PERIODS_MISSING', 'NO_DEMAND'],
  )
  t.strictSame(intermittent({ history: [0], periods: 1 }).rates.croston, 0)
})

t.test('bad histories are refused by code or answered with what was done', async (t) => {
  const of = (values: (number | null)[], periods = 1) =>
    demandDistribution({ history: values, periods })
  t.throws(() => of([]), { code: 'HISTORY_EMPTY' })
  t.throws(() => of([null, Number.NaN]), { code: 'HISTORY_EMPTY' })
  t.throws(() => of([1, 1e15]), { code: 'DEMAND_OUT_OF_RANGE' })
  t.throws(() => of([1, Number.POSITIVE_INFINITY]), { code: 'DEMAND_OUT_OF_RANGE' })
  t.throws(() => of([1], -1), { code: 'PERIODS_OUT_OF_RANGE' })
  t.throws(() => of([1], Number.NaN), { code: 'PERIODS_OUT_OF_RANGE' })
  const codes = (values: (number | null)[]) => of(values).why.map(({ code }) => code)
  t.strictSame(codes([4]), ['HISTORY_SHORT'])
  t.strictSame(codes([4, -3, null, 2]), [
    'PERIODS_MISSING',
    'RETURNS_AS_NO_DEMAND',
    'HISTORY_SHORT',
  ])
  t.equal(of([3, 0, 5], 0).stockFor(0.999), 0, 'no period, no demand')
  t.ok(of([1e12, 0, 5e11]).stockFor(0.9) > 0)
  t.ok(of([0.25, 0, 1.75, 0.5]).stockFor(0.9) > 0, 'demand that is weighed')
})

t.test('a quiet part fades: its rate by TSB and linear decay, its life by the wait', async (t) => {
  const busy = [2, 0, 1, 0, 0, 3, 0, 1, 0, 2]
  const after = (wait: number) => [...busy, ...Array<number>(wait).fill(0)]
  t.equal(croston(after(0)), croston(after(40)), 'Croston never forgets')
  t.ok(tsb(after(10)) < tsb(after(2)))
  t.ok(linearDecay(after(10)) < linearDecay(after(2)))
  t.equal(linearDecay(after(100)), 0)
  t.ok(probabilityOfObsolescence(after(0)) === 0)
  t.ok(probabilityOfObsolescence(after(30)) > 0.9)
  t.equal(classifyDemand(after(30)).class, 'dying')
  t.equal(classifyDemand([0, 0, 0, 0, 0, 3, 1]).class, 'new')
  t.equal(classifyDemand([9, 11, 10, 8, 12, 10]).class, 'smooth')
  t.equal(classifyDemand([1, 30, 2, 1, 25, 1]).class, 'erratic')
  t.equal(classifyDemand([0, 0, 5, 0, 5, 0, 0, 5]).class, 'intermittent')
  t.equal(classifyDemand([0, 0, 1, 0, 25, 0, 0, 2]).class, 'lumpy')
})

t.test('the same seed draws the same bootstrap, another one a near one', async (t) => {
  const values = [0, 0, 3, 0, 2, 0, 0, 0, 4, 1, 0, 0, 2, 0, 0, 3]
  const of = (seed: number) =>
    demandDistribution({ history: values, periods: 3, method: 'bootstrap', seed, paths: 4000 })
  t.strictSame(of(5).pmf, of(5).pmf)
  t.notSame(of(5).pmf, of(6).pmf)
  t.ok(Math.abs(of(5).mean - of(6).mean) < 4 * Math.sqrt((2 * of(5).variance) / 4000))
})

t.test('Poisson counts are found to be Poisson', async (t) => {
  const counts = [2, 1, 3, 0, 2, 4, 1, 2, 3, 1, 2, 2, 0, 3, 2, 1, 4, 2, 1, 3, 2, 2, 1, 3]
  const { pmf } = demandDistribution({ history: counts, periods: 4, method: 'negative-binomial' })
  t.ok(Math.abs(meanOf(pmf) - 8) < 1)
  t.ok(varianceOf(pmf) > meanOf(pmf), 'wider than Poisson by what is not known of the rate')
  t.ok(varianceOf(pmf) < 1.6 * meanOf(pmf))
})

/** R's type 7. */
function sampleQuantile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (sorted.length - 1) * p
  const low = Math.floor(at)
  return sorted[low]! + (at - low) * ((sorted[low + 1] ?? sorted[low]!) - sorted[low]!)
}
