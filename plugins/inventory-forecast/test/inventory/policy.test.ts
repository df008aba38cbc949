import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { abcXyz } from '../../src/classification/abc-xyz.ts'
import { expectedShort, meanOf, varianceOf } from '../../src/intermittent/pmf.ts'
import { allocateBudget, type BudgetItem } from '../../src/inventory/budget-allocation.ts'
import { demandAhead, demandOver } from '../../src/inventory/demand-source.ts'
import { leadTimePoints } from '../../src/inventory/lead-time.ts'
import {
  negativeBinomialPmf,
  negativeBinomialQuantile,
} from '../../src/inventory/negative-binomial.ts'
import { newsvendorOrder } from '../../src/inventory/newsvendor-order.ts'
import { normalQuantile } from '../../src/inventory/normal.ts'
import { poissonQuantile } from '../../src/inventory/poisson.ts'
import { policyFor } from '../../src/inventory/policy.ts'
import type { PolicyInput } from '../../src/inventory/policy-input.ts'
import { casesMissing, policyCases } from '../cases.ts'

const count = (mean: number, sd = Math.sqrt(mean)) =>
  ({ kind: 'moments', mean, sd, distribution: 'count' }) as const
const codes = (answer: { readonly why: readonly { readonly code: string }[] }) =>
  answer.why.map(({ code }) => code)

t.test("policies and newsvendors give R's numbers", { skip: casesMissing }, async (t) => {
  for (const [i, { input, expect }] of policyCases().entries()) {
    const { underageCost, overageCost, poissonLeadTimeDemand: poisson, cycleServiceLevel } = input
    const costs = { underageCost: underageCost!, overageCost: overageCost! }
    const { meanDemandPerPeriod: mean, sdDemandPerPeriod: sd } = input
    const normal = newsvendorOrder({ demand: { kind: 'normal', mean, sd }, ...costs })
    const apart = Math.abs(normal.quantity / expect['newsvendorNormal']! - 1)
    t.ok(apart < 1e-9, `case ${i}: newsvendor, normal`)
    t.ok(Math.abs(normal.expectedShort - expect['expectedProfitLossUnitsShort']!) < 1e-9 * sd)
    const counted = newsvendorOrder({ demand: { kind: 'poisson', mean: poisson! }, ...costs })
    t.equal(counted.quantity, expect['newsvendorPoisson'], `case ${i}: newsvendor, Poisson`)
    const service = { type: 'cycle', level: cycleServiceLevel! } as const
    const base = policyFor({ demand: count(poisson!), leadTime: { periods: 1 }, service })
    t.equal(base.orderUpTo, expect['baseStockPoisson'], `case ${i}: base stock`)
  }
})

t.test(
  'normal demand has the reorder point of the closed form, to a step of its grid',
  async (t) => {
    const demand = { kind: 'moments', mean: 100, sd: 20 } as const
    for (const level of [0.6, 0.9, 0.95, 0.99]) {
      const service = { type: 'cycle', level } as const
      const { reorderPoint, safetyStock } = policyFor({
        demand,
        leadTime: { periods: 4 },
        service,
        orderQuantity: 300,
      })
      const known = 400 + 40 * normalQuantile(level)
      t.ok(reorderPoint >= known - 0.5 && reorderPoint <= known + 1, `${level}`)
      t.ok(Math.abs(reorderPoint - 400 - safetyStock) < 1e-6)
    }
  },
)

t.test('a lead time that varies adds its variance', async (t) => {
  const ahead = demandAhead(count(20), 10, 0.9)
  for (const sd of [0.3, 1, 1.8]) {
    const pmf = demandOver(ahead, leadTimePoints({ periods: 4, sd }))
    t.ok(Math.abs(meanOf(pmf) - 80) < 0.1)
    const known = 4 * 20 + (20 * sd) ** 2
    t.ok(Math.abs(varianceOf(pmf) / known - 1) < 0.1, `${varianceOf(pmf)} of ${known}`)
  }
  const seen = leadTimePoints({ samples: [2, 2, 5] })
  t.strictSame(
    seen.map(({ periods }) => periods),
    [2, 5],
  )
  t.equal(meanOf(demandOver(ahead, [{ periods: 0, weight: 1 }])), 0)
})

t.test('quantiles of a forecast become the stock that they say', async (t) => {
  const z = (p: number) => 100 + 20 * normalQuantile(p)
  const levels = [0.05, 0.25, 0.5, 0.75, 0.95]
  const quantiles = levels.map((p) => ({ p, values: [z(p), z(p)] }))
  const { reorderPoint } = policyFor({
    demand: { kind: 'forecast', quantiles },
    leadTime: { periods: 3 },
    orderQuantity: 100,
    service: { type: 'cycle', level: 0.99 },
  })
  t.ok(Math.abs(reorderPoint - (300 + 20 * Math.sqrt(3) * normalQuantile(0.99))) < 1)
  const of = (values: typeof quantiles) => () =>
    policyFor({ demand: { kind: 'forecast', quantiles: values }, leadTime: { periods: 1 } })
  t.throws(of([quantiles[0]!, { p: 0.5, values: [1] }]), { code: 'FORECAST_INCOMPLETE' })
  t.throws(of([quantiles[0]!, quantiles[0]!]), { code: 'FORECAST_INCOMPLETE' })
  t.throws(
    of([
      { p: 0.1, values: [9] },
      { p: 0.9, values: [1] },
    ]),
    { code: 'FORECAST_INCOMPLETE' },
  )
})

const demands = fc.oneof(
  fc
    .record({
      mean: fc.double({ min: 0.05, max: 30, noNaN: true }),
      over: fc.double({ min: 1, max: 4, noNaN: true }),
    })
    .map(({ mean, over }) => count(mean, Math.sqrt(mean * over))),
  fc
    .array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 12 })), {
      minLength: 1,
      maxLength: 40,
    })
    .map((history) => ({ kind: 'history', history, method: 'negative-binomial' }) as const),
)
const kinds = fc.constantFrom('s,Q', 's,S', 'R,S', 'base-stock')

t.test('more service or a longer lead time never needs less stock', async () => {
  const stockOf = (input: PolicyInput) => policyFor({ orderQuantity: 7, ...input }).orderUpTo
  fc.assert(
    fc.property(
      demands,
      kinds,
      fc.constantFrom('cycle', 'fill-rate'),
      fc.integer({ min: 0, max: 5 }),
      (demand, policy, type, lead) => {
        const of = (level: number, periods: number) =>
          stockOf({
            demand,
            policy,
            leadTime: { periods },
            reviewPeriods: 1,
            service: { type, level },
          })
        return of(0.8, lead) <= of(0.95, lead) && of(0.95, lead) <= of(0.95, lead + 1)
      },
    ),
    { numRuns: 150 },
  )
})

t.test('a suggestion obeys packs, minimum and maximum, and says so', async () => {
  fc.assert(
    fc.property(
      demands,
      kinds,
      fc.integer({ min: -20, max: 80 }),
      fc.constantFrom(1, 6, 12),
      fc.integer({ min: 0, max: 24 }),
      fc.integer({ min: 40, max: 90 }),
      (demand, policy, onHand, packSize, minimumOrder, maximumOrder) => {
        const constraints = { packSize, minimumOrder, maximumOrder, maximumStock: 100 }
        const answer = policyFor({
          demand,
          policy,
          leadTime: { periods: 2 },
          reviewPeriods: 1,
          constraints,
          position: { onHand },
        })
        const quantity = answer.suggestedQuantity!
        if (quantity === 0) return true
        return (
          Math.abs(quantity / packSize - Math.round(quantity / packSize)) < 1e-9 &&
          quantity >= minimumOrder &&
          quantity <= maximumOrder &&
          onHand + quantity <= 100 + 1e-9
        )
      },
    ),
    { numRuns: 200 },
  )
})

t.test('each policy suggests in its own way', async (t) => {
  const at = (policy: PolicyInput['policy'], onHand: number) =>
    policyFor({
      demand: count(10),
      policy: policy!,
      leadTime: { periods: 2 },
      reviewPeriods: 1,
      orderQuantity: 50,
      position: { onHand, onOrder: 5, backordered: 5 },
    })
  const { reorderPoint } = at('s,Q', 0)
  t.equal(at('s,Q', reorderPoint + 1).suggestedQuantity, 0)
  t.equal(at('s,Q', reorderPoint).suggestedQuantity, 50)
  t.equal(at('s,Q', reorderPoint - 60).suggestedQuantity, 100)
  t.equal(at('s,S', reorderPoint - 3).suggestedQuantity, 53)
  t.equal(at('R,S', 30).suggestedQuantity, at('R,S', 30).orderUpTo - 30)
  t.equal(at('base-stock', 500).suggestedQuantity, 0)
  t.equal(at('s,Q', 0).position, 0)
  t.strictSame(codes(at('s,Q', 0)), [
    'DEMAND_TO_COVER',
    'ORDER_QUANTITY_GIVEN',
    'SERVICE_REACHED',
    'POSITION_CALLS_FOR_ORDER',
  ])
  for (const { text } of at('s,Q', 0).why) t.ok(text.en.length > 10 && text['zh-CN'].length > 5)
})

t.test('what cannot be answered is refused by code, with the cure', async (t) => {
  const input: PolicyInput = { demand: count(5), leadTime: { periods: 2 } }
  const refused = (code: string, changed: Partial<PolicyInput>) =>
    t.throws(() => policyFor({ ...input, ...changed }), { code }, code)
  for (const level of [0, 1, -0.1, 1.2, Number.NaN]) {
    refused('SERVICE_LEVEL_OUT_OF_RANGE', { service: { type: 'cycle', level } })
  }
  refused('CONSTRAINTS_CONFLICT', { constraints: { minimumOrder: 10, maximumOrder: 5 } })
  refused('CONSTRAINTS_CONFLICT', { constraints: { packSize: 12, maximumStock: 10 } })
  refused('CONSTRAINTS_CONFLICT', {
    constraints: { minimumOrder: 10, packSize: 8, maximumOrder: 15 },
  })
  refused('UNIT_MISMATCH', { demandUnit: 'KGM', stockUnit: 'C62' })
  refused('REVIEW_MISSING', { policy: 'R,S' })
  refused('LEAD_TIME_OUT_OF_RANGE', { leadTime: { periods: 1e6 } })
  refused('LEAD_TIME_OUT_OF_RANGE', { leadTime: { periods: Number.NaN } })
  refused('LEAD_TIME_OUT_OF_RANGE', { leadTime: { samples: [] } })
  refused('HOLDING_COST_ZERO', { costs: { order: 10, holdingPerUnitPeriod: 0 } })
  refused('HISTORY_EMPTY', { demand: { kind: 'history', history: [] } })
  refused('DEMAND_OUT_OF_RANGE', { demand: { kind: 'history', history: [1e15] } })
  const free = { demand: { kind: 'poisson', mean: 5 }, underageCost: 0, overageCost: 1 } as const
  t.throws(() => newsvendorOrder(free), { code: 'COSTS_NOT_POSITIVE' })
  const twice = { id: 'a', mean: 1, sd: 1, unitCost: 1 }
  t.throws(() => allocateBudget([twice, twice], 5), { code: 'ITEM_TWICE' })
  t.throws(() => abcXyz([], { a: 0.9, b: 0.5 }), { code: 'CUTS_CROSSED' })
  const valued = { id: 'a', value: 1, history: [1, 2, 3] }
  t.throws(() => abcXyz([valued, valued]), { code: 'ITEM_TWICE' })
})

t.test('edges are answered with what was done', async (t) => {
  const now = policyFor({ demand: count(5), leadTime: { periods: 0 }, position: { onHand: 0 } })
  t.equal(now.orderUpTo, 0, 'what comes at once needs no stock')
  const dead = policyFor({
    demand: { kind: 'history', history: [0, 0, 0] },
    leadTime: { periods: 2 },
    costs: { order: 5, holdingPerUnitPeriod: 1 },
    position: { onHand: 0 },
  })
  t.equal(dead.suggestedQuantity, 0)
  t.ok(codes(dead).includes('NO_DEMAND') && codes(dead).includes('OBSOLESCENCE_LIKELY'))
  const owed = policyFor({
    demand: { kind: 'history', history: [0, 0, 0] },
    leadTime: { periods: 2 },
    position: { onHand: 0, backordered: 3 },
  })
  t.equal(owed.suggestedQuantity, 3, 'what is owed is ordered, demand or none')
  const free = policyFor({
    demand: count(5),
    leadTime: { periods: 2 },
    costs: { order: 0, holdingPerUnitPeriod: 1 },
  })
  t.ok(codes(free).includes('ORDER_COST_ZERO'))
  t.equal(free.orderQuantity, 5)
  const steady = policyFor({
    demand: { kind: 'moments', mean: 100, sd: 0 },
    leadTime: { periods: 2 },
  })
  t.equal(steady.orderUpTo, 200)
  const milk = policyFor({
    demand: count(10),
    leadTime: { periods: 4 },
    shelfLifePeriods: 0.5,
    position: { onHand: 0 },
    constraints: { minimumOrder: 50 },
  })
  t.equal(milk.orderUpTo, 45, 'what is asked for until it spoils, half a period after it came')
  t.equal(milk.suggestedQuantity, 0, 'a minimum that would spoil is not suggested')
  t.ok(
    ['SERVICE_MISSED', 'CAPPED_BY_SHELF_LIFE', 'NO_ROOM_FOR_MINIMUM'].every((c) =>
      codes(milk).includes(c),
    ),
  )
})

t.test('a budget is spent as no other allocation spends it better', async (t) => {
  const items: BudgetItem[] = [
    { id: 'pump', mean: 3, sd: 2, distribution: 'count', unitCost: 7, shortageCost: 9 },
    { id: 'seal', mean: 6, sd: 3, distribution: 'count', unitCost: 2, shortageCost: 2 },
    { id: 'belt', mean: 1, sd: 1, distribution: 'count', unitCost: 5, shortageCost: 4 },
  ]
  for (const budget of [0, 11, 25, 40, 63, 1000]) {
    const found = allocateBudget(items, budget)
    t.ok(found.spent <= budget + 1e-9)
    t.ok(found.shortage <= bestShortage(items, budget) + found.gap + 1e-6, `budget ${budget}`)
  }
  t.strictSame(allocateBudget([], 5).items, [])
})

function bestShortage(items: readonly BudgetItem[], budget: number): number {
  const [item, ...rest] = items
  if (item === undefined) return 0
  const pmf = negativeBinomialPmf(item.mean, item.sd ** 2)
  let best = Number.POSITIVE_INFINITY
  for (let stock = 0; stock * item.unitCost <= budget && stock < 40; stock++) {
    const own = expectedShort(pmf, stock) * (item.shortageCost ?? 1)
    best = Math.min(best, own + bestShortage(rest, budget - stock * item.unitCost))
  }
  return best
}

t.test('negative binomial quantiles are those of R', async (t) => {
  // qnbinom(p, size, mu) with variance mu + mu²/size.
  for (const { p, mu, size, known } of [
    { p: 0.9, mu: 2, size: 0.5, known: 6 },
    { p: 0.5, mu: 2, size: 0.5, known: 1 },
    { p: 0.99, mu: 10, size: 3, known: 31 },
    { p: 0.95, mu: 1000, size: 20, known: 1398 },
  ]) {
    t.equal(negativeBinomialQuantile(p, mu, mu + mu ** 2 / size), known, `${p} ${mu} ${size}`)
  }
  fc.assert(
    fc.property(
      fc.double({ min: 0.01, max: 0.99, noNaN: true }),
      fc.double({ min: 0.1, max: 500, noNaN: true }),
      (p, mean) => {
        return negativeBinomialQuantile(p, mean, mean) === poissonQuantile(p, mean)
      },
    ),
  )
})
