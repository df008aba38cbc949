import '../plain-spawn.ts'
import t from 'tap'
import { BatchLanes } from '../../src/batch/batch-lanes.ts'
import { batchOf, columnOf, f64, udfBundle } from './batch-fixture.ts'

const source = udfBundle(`
  margin: scalar({ args: ['f64', 'f64'], returns: 'f64' }, (price, cost) => price - cost),
  total: columnar({ args: ['f64', 'f64'], returns: 'f64' }, ([price, qty], rows) => {
    const out = new Float64Array(rows)
    for (let row = 0; row < rows; row++) out[row] = price.values[row] * qty.values[row]
    return out
  }),
`)

t.test('runs functions over columns', async (t) => {
  const lanes = await BatchLanes.start({ threads: 2, hasStandby: false })
  t.teardown(() => lanes.stop())

  t.test('a scalar one is run row by row', async (t) => {
    const columns = [f64(5, 7, 9), f64(1, 2, 3)]
    const outcome = await lanes.run(batchOf(source, columns, { udf: 'margin' }))
    t.match(columnOf(outcome), { type: 'f64', values: Float64Array.of(4, 5, 6) })
  })

  t.test('a columnar one gets the columns', async (t) => {
    const columns = [f64(5, 7, 9), f64(1, 2, 3)]
    const outcome = await lanes.run(batchOf(source, columns, { udf: 'total' }))
    t.match(columnOf(outcome), { type: 'f64', values: Float64Array.of(5, 14, 27) })
  })

  t.test('many rows are cut into morsels and come back in order', async (t) => {
    const rows = 200_003
    const price = Float64Array.from({ length: rows }, (_, row) => row)
    const cost = Float64Array.from({ length: rows }, () => 1)
    const columns = [f64(...[]), f64(...[])].map((column, n) => ({
      ...column,
      rows,
      values: n === 0 ? price : cost,
    })) as ReturnType<typeof f64>[]
    const outcome = await lanes.run(batchOf(source, columns, { udf: 'margin' }))
    t.match(columnOf(outcome), { values: price.map((value) => value - 1) })
  })
})
