import t from 'tap'
import { abcXyz, matrixOf } from '../../src/classification/abc-xyz.ts'
import { forecastValueAdded } from '../../src/inventory/forecast-value-added.ts'
import { pooledStock } from '../../src/inventory/pooled-stock.ts'

t.test('classes are by value and steadiness, the same for any order of items', async (t) => {
  const items = [
    { id: 'd', value: 0, history: [0, 0, 0] },
    { id: 'a', value: 700, history: [10, 11, 9, 10] },
    { id: 'c', value: 50, variation: 0.7 },
    { id: 'b', value: 250, history: [0, 9, 0, 0, 8, 0] },
  ]
  const found = abcXyz(items)
  t.strictSame(
    found.map(({ id, abc, xyz }) => [id, abc, xyz]),
    [
      ['a', 'A', 'X'],
      ['b', 'A', 'Z'],
      ['c', 'C', 'Y'],
      ['d', 'C', null],
    ],
  )
  t.strictSame(abcXyz([...items].reverse()), found)
  t.equal(matrixOf(found)['AX'], 1)
  t.strictSame(
    abcXyz([{ id: 'x', value: 0 }]).map(({ abc }) => abc),
    ['C'],
  )
  t.equal(found.find(({ id }) => id === 'd')?.demandClass, 'dead')
})

t.test('an override is worth what it took from the error', async (t) => {
  const found = forecastValueAdded([
    { statistical: 100, override: 120, actual: 130 },
    { statistical: 100, override: 90, actual: 110 },
    { statistical: 50, override: 50, actual: 40 },
    { statistical: 50, override: 60, actual: Number.NaN },
  ])!
  t.equal(found.periods, 3)
  t.ok(
    Math.abs(found.statistical.mae - 50 / 3) < 1e-12 &&
      Math.abs(found.override.mae - 40 / 3) < 1e-12,
  )
  t.ok(Math.abs(found.relative! - 0.2) < 1e-12)
  t.equal(found.shareImproved, 0.5)
  t.equal(found.shareRightDirection, 0.5)
  t.ok(found.statistical.bias < 0)
  t.equal(forecastValueAdded([]), undefined)
  const exact = forecastValueAdded([{ statistical: 5, override: 5, actual: 5 }])!
  t.strictSame([exact.relative, exact.shareImproved], [null, null])
})

t.test('items that substitute each other need less together', async (t) => {
  const items = [
    { id: 'a', mean: 10, sd: 3 },
    { id: 'b', mean: 20, sd: 4 },
  ]
  const level = { serviceLevel: 0.9772498680518208 }
  const { safetyStockApart, safetyStock, reorderPoint } = pooledStock({ items, ...level })
  for (const [found, known] of [
    [safetyStockApart, 14],
    [safetyStock, 10],
    [reorderPoint, 40],
  ] as const) {
    t.ok(Math.abs(found - known) < 1e-9)
  }
  t.ok(Math.abs(pooledStock({ items, correlation: 1 }).saved) < 1e-12)
  t.equal(
    pooledStock({ items: [items[0]!, { ...items[0]!, id: 'c' }], correlation: -1 }).deviation,
    0,
  )
})
