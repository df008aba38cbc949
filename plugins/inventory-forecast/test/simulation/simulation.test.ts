import t from 'tap'
import { expectedShort, type Pmf, probabilityAtMost } from '../../src/intermittent/pmf.ts'
import { negativeBinomialPmf } from '../../src/inventory/negative-binomial.ts'
import { newsvendorOrder } from '../../src/inventory/newsvendor-order.ts'
import { policyFor } from '../../src/inventory/policy.ts'
import { seededRandom } from '../../src/inventory/seeded-random.ts'
import { demandSampler } from '../../src/simulation/sampler.ts'
import type { Estimate } from '../../src/simulation/simulate.ts'
import { simulatePath } from '../../src/simulation/simulate-path.ts'
import {
  costServiceFrontier,
  type SimulationRun,
  simulatePolicy,
} from '../../src/simulation/simulate-policy.ts'

const run: SimulationRun = {
  periods: 200,
  paths: 400,
  seed: 20_261_126,
  costs: {},
  unmet: 'backorder',
  pause: () => Promise.resolve(),
}

const poisson = (mean: number) =>
  ({ kind: 'moments', mean, sd: Math.sqrt(mean), distribution: 'count' }) as const

function isWithin({ mean, standardError }: Estimate, known: number): boolean {
  return Math.abs(mean - known) <= 3 * standardError
}

t.test('reviews serve as their closed forms say, within three standard errors', async (t) => {
  for (const { mean, lead, review, upTo } of [
    { mean: 5, lead: 2, review: 1, upTo: 18 },
    { mean: 5, lead: 3, review: 2, upTo: 29 },
    { mean: 0.4, lead: 4, review: 1, upTo: 4 },
    { mean: 12, lead: 0, review: 1, upTo: 14 },
  ]) {
    const policy = {
      policy: 'R,S',
      reorderPoint: upTo - 1,
      orderUpTo: upTo,
      reviewPeriods: review,
    } as const
    const result = await simulatePolicy(policy, poisson(mean), { periods: lead }, run)
    const over = (periods: number): Pmf => negativeBinomialPmf(mean * periods, mean * periods)
    const short = expectedShort(over(lead + review), upTo) - expectedShort(over(lead), upTo)
    const cycle = probabilityAtMost(over(lead + review), upTo)
    const what = JSON.stringify({ mean, lead, review, upTo })
    t.ok(isWithin(result.fillRate, 1 - short / (mean * review)), `${what}: fill rate`)
    t.ok(isWithin(result.cycleService, cycle), `${what}: cycles`)
  }
})

t.test('stock, orders and cost are those of the closed forms', async (t) => {
  const policy = { policy: 'R,S', reorderPoint: 17, orderUpTo: 18, reviewPeriods: 1 } as const
  const costs = { order: 3, holdingPerUnitPeriod: 0.5, shortage: 10 }
  const result = await simulatePolicy(policy, poisson(5), { periods: 2 }, { ...run, costs })
  const cover = negativeBinomialPmf(15, 15)
  const stock = 18 - 15 + expectedShort(cover, 18)
  const short = expectedShort(cover, 18) - expectedShort(negativeBinomialPmf(10, 10), 18)
  const orders = 1 - Math.exp(-5)
  t.ok(isWithin(result.averageStock, stock))
  t.ok(isWithin(result.orders, orders))
  t.ok(isWithin(result.cost, 3 * orders + 0.5 * stock + 10 * short))
})

t.test('a reorder point serves single pieces as its closed form says', async (t) => {
  const [chance, lead, reorderPoint, orderQuantity] = [0.3, 6, 2, 4]
  const setting = {
    policy: {
      policy: 's,Q',
      reorderPoint,
      orderUpTo: reorderPoint + orderQuantity,
      orderQuantity,
      reviewPeriods: 1,
    } as const,
    demand: (random: () => number) => (random() < chance ? 1 : 0),
    leadTime: () => lead,
    unmet: 'backorder',
    startStock: 6,
    warmUp: 200,
    periods: 40_000,
  } as const
  const random = seededRandom(4)
  const fills = Array.from({ length: 30 }, () => {
    const { short, demand } = simulatePath(setting, random)
    return 1 - short / demand
  })
  const mean = fills.reduce((sum, fill) => sum + fill / fills.length, 0)
  const spread = fills.reduce((sum, fill) => sum + (fill - mean) ** 2, 0)
  const standardError = Math.sqrt(spread / (fills.length - 1) / fills.length)
  const binomial = { step: 1, probabilities: binomialOf(lead, chance) }
  const short =
    expectedShort(binomial, reorderPoint) - expectedShort(binomial, reorderPoint + orderQuantity)
  t.ok(isWithin({ mean, standardError }, 1 - short / orderQuantity))
})

t.test('a newsvendor loses what is expected, and no other order loses less', async (t) => {
  const demand = { kind: 'poisson', mean: 6.45 } as const
  const best = newsvendorOrder({ demand, underageCost: 35.3, overageCost: 3.3 })
  const draw = demandSampler(negativeBinomialPmf(6.45, 6.45))
  const costOf = (quantity: number): Estimate => {
    const random = seededRandom(9)
    const costs = Array.from({ length: 50_000 }, () => {
      const asked = draw(random)
      return 35.3 * Math.max(asked - quantity, 0) + 3.3 * Math.max(quantity - asked, 0)
    })
    const mean = costs.reduce((sum, cost) => sum + cost / costs.length, 0)
    const spread = costs.reduce((sum, cost) => sum + (cost - mean) ** 2, 0)
    return { mean, standardError: Math.sqrt(spread) / costs.length }
  }
  t.ok(isWithin(costOf(best.quantity), best.expectedCost))
  t.ok(costOf(best.quantity - 1).mean > best.expectedCost)
  t.ok(costOf(best.quantity + 1).mean > best.expectedCost)
})

t.test(
  'what a policy promises is what its simulation shows, also as lead times vary',
  async (t) => {
    const demand = poisson(4)
    for (const type of ['cycle', 'fill-rate'] as const) {
      const leadTime = { samples: [1, 2, 2, 3] }
      const found = policyFor({
        demand,
        leadTime,
        reviewPeriods: 1,
        service: { type, level: 0.95 },
      })
      const result = await simulatePolicy({ ...found, reviewPeriods: 1 }, demand, leadTime, run)
      const shown = type === 'cycle' ? result.cycleService : result.fillRate
      const promised = type === 'cycle' ? found.serviceLevel.cycle : found.serviceLevel.fillRate
      t.comment(`${type}: promised ${promised.toFixed(4)}, shown ${shown.mean.toFixed(4)}`)
      // Orders that overtake each other serve better than the formulas, which know one at a time.
      t.ok(shown.mean > 0.94)
      t.ok(Math.abs(shown.mean - promised) < 0.025)
    }
  },
)

t.test('a seed gives the same answer, however the work is cut; another seed another', async (t) => {
  const policy = { policy: 's,S', reorderPoint: 10, orderUpTo: 30, reviewPeriods: 1 } as const
  const of = (seed: number) =>
    simulatePolicy(policy, poisson(5), { periods: 2, sd: 1 }, { ...run, seed, paths: 50 })
  t.strictSame(await of(1), await of(1))
  t.notSame(await of(1), await of(2))
  let pauses = 0
  const pause = async () => {
    pauses++
  }
  await simulatePolicy(policy, poisson(5), { periods: 2 }, { ...run, paths: 2500, pause })
  t.ok(pauses >= 2, `${pauses} pauses`)
})

t.test('lost demand leaves more on the shelf than demand that waits', async (t) => {
  const policy = { policy: 'R,S', reorderPoint: 13, orderUpTo: 14, reviewPeriods: 1 } as const
  const waits = await simulatePolicy(policy, poisson(5), { periods: 2 }, run)
  const goes = await simulatePolicy(policy, poisson(5), { periods: 2 }, { ...run, unmet: 'lost' })
  t.ok(goes.averageStock.mean > waits.averageStock.mean)
  t.ok(goes.fillRate.mean > waits.fillRate.mean)
  const none = await simulatePolicy(policy, poisson(0), { periods: 2 }, run)
  t.equal(none.fillRate.mean, 1)
})

t.test('a frontier rises: more service, more stock; what is dominated is marked', async (t) => {
  const levels = [0.99, 0.8, 0.95]
  const costs = { holdingPerUnitPeriod: 1, shortage: 1 }
  const input = { demand: poisson(5), leadTime: { periods: 2 }, reviewPeriods: 1 }
  const points = await costServiceFrontier(input, levels, { ...run, paths: 100, costs })
  t.strictSame(
    points.map(({ level }) => level),
    [0.8, 0.95, 0.99],
  )
  for (let i = 1; i < points.length; i++) {
    t.ok(points[i]!.fillRate.mean > points[i - 1]!.fillRate.mean)
    t.ok(points[i]!.averageStock.mean > points[i - 1]!.averageStock.mean)
  }
  t.ok(points.every(({ efficient }) => efficient))
  const dear = await costServiceFrontier(input, levels, {
    ...run,
    paths: 100,
    costs: { shortage: 100 },
  })
  t.strictSame(
    dear.map(({ efficient }) => efficient),
    [false, false, true],
  )
})

function binomialOf(n: number, p: number): number[] {
  let row = [1]
  for (let i = 0; i < n; i++) {
    row = Array.from(
      { length: row.length + 1 },
      (_, k) => (row[k] ?? 0) * (1 - p) + (row[k - 1] ?? 0) * p,
    )
  }
  return row
}
