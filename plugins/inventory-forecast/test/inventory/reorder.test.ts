import fc from 'fast-check'
import t from 'tap'
import {
  inverseNormalLoss,
  normalLoss,
  normalQuantile,
  normalUpperTail,
} from '../../src/inventory/normal.ts'
import { poissonQuantile } from '../../src/inventory/poisson.ts'
import { reorder } from '../../src/inventory/reorder.ts'
import { casesMissing, policyCases } from '../cases.ts'

// A run of the tests says the same each time.
fc.configureGlobal({ seed: 20_261_126 })

const demand = { meanDemandPerPeriod: 100, sdDemandPerPeriod: 20, leadTimePeriods: 4 }

t.test("every formula gives R's number to 1e-9", { skip: casesMissing }, async (t) => {
  const cases = policyCases()
  t.equal(cases.length, 12)
  for (const [i, { input, expect }] of cases.entries()) {
    const { expectedProfitLossUnitsShort, ...expected } = expect
    const answer: Record<string, number> = reorder(input)
    const wanted = Object.entries({
      ...expected,
      expectedUnitsShort: expectedProfitLossUnitsShort!,
    })
    for (const [name, value] of wanted) {
      const apart = Math.abs(answer[name]! - value)
      t.ok(apart <= 1e-9 * Math.max(1, Math.abs(value)), `case ${i}: ${name}`)
    }
  }
})

t.test('only what the input has numbers for is answered', async (t) => {
  const keys = Object.keys(reorder(demand))
  t.notOk(keys.some((key) => /eoq|newsvendor|fillRate|Poisson/.test(key)))
  t.equal(reorder(demand).cycleServiceLevel, 0.95)
})

t.test('a fill rate without an order quantity is refused', async (t) => {
  t.throws(() => reorder({ ...demand, fillRate: 0.99 }), { code: 'ORDER_QUANTITY_UNKNOWN' })
  const noDemand = {
    ...demand,
    meanDemandPerPeriod: 0,
    orderCost: 5,
    holdingCostPerUnitYear: 1,
    periodsPerYear: 12,
  }
  t.throws(() => reorder({ ...noDemand, fillRate: 0.99 }), { code: 'ORDER_QUANTITY_UNKNOWN' })
})

t.test('demand that never varies needs no safety stock', async (t) => {
  const answer = reorder({ ...demand, sdDemandPerPeriod: 0, fillRate: 0.99, orderQuantity: 50 })
  t.equal(answer.safetyStock, 0)
  t.equal(answer.reorderPoint, 400)
  t.notOk('fillRateK' in answer)
})

t.test('quantiles and losses invert each other', async () => {
  const probability = fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true })
  fc.assert(
    fc.property(probability, (p) => Math.abs(1 - normalUpperTail(normalQuantile(p)) - p) < 1e-14),
    { seed: 2, numRuns: 500 },
  )
  fc.assert(
    fc.property(fc.double({ min: -50, max: 7, noNaN: true }), (k) => {
      return Math.abs(inverseNormalLoss(normalLoss(k)) - k) < 1e-9
    }),
    { seed: 3, numRuns: 500 },
  )
})

t.test('the tail and the loss are as in the tables', async (t) => {
  const tables = [
    { found: normalQuantile(0.975), known: 1.959963984540054 },
    { found: normalUpperTail(3), known: 1.3498980316300946e-3 },
    { found: normalUpperTail(6), known: 9.865876450376946e-10 },
    { found: normalUpperTail(-1), known: 0.8413447460685429 },
    { found: normalLoss(0), known: 0.3989422804014327 },
  ]
  for (const { found, known } of tables) t.ok(Math.abs(found / known - 1) < 1e-13, `${known}`)
})

t.test('a Poisson quantile is the least number that reaches the probability', async () => {
  const mean = fc.double({ min: 0.01, max: 60, noNaN: true })
  const probability = fc.double({ min: 0.001, max: 0.999, noNaN: true })
  fc.assert(
    fc.property(probability, mean, (p, lambda) => {
      const q = poissonQuantile(p, lambda)
      let term = Math.exp(-lambda)
      let below = 0
      for (let k = 0; k < q; k++) {
        below += term
        term *= lambda / (k + 1)
      }
      return below < p + 1e-12 && below + term >= p - 1e-12
    }),
    { seed: 4, numRuns: 500 },
  )
})

t.test('a Poisson mean of a million is answered at once and near its normal limit', async (t) => {
  const apart = poissonQuantile(0.95, 1e6) - (1e6 + 1.6448536 * 1000)
  t.ok(Math.abs(apart) < 2)
  t.equal(poissonQuantile(0.95, 0), 0)
})
