import t from 'tap'
import { planningHost } from './planning-host.ts'

const planning = await planningHost(t)
const { host, call, query } = planning
const location = 'SZ-01'
const skus = (count: number) =>
  Array.from({ length: count }, (_, n) => `P-${String(n).padStart(3, '0')}`)

/** Two weeks of each: what is forecast is a mean, and quick. */
async function load(count: number): Promise<void> {
  const days = skus(count).flatMap((sku, n) =>
    ['2026-11-09', '2026-11-16'].map((day) => ({
      ...{ sku, location, day, unit: 'C62' },
      quantity: 10 + n,
    })),
  )
  await call('recordDemand', { days })
}

async function run(): Promise<Record<string, unknown>> {
  await call('startRun')
  await host.advance(1000)
  return (await call('runs', { limit: 1 }))['items'][0]
}

t.test('a run over more series than one chunk may ask the host about is whole', async (t) => {
  await load(120)
  t.match(await run(), { state: 'completed', total: 120, done: 120, refitted: 120, failed: 0 })
  t.match(await run(), { state: 'completed', done: 120, kept: 120, failed: 0 })
})

t.test('a series that ends every chunk is stepped over, and told of', async (t) => {
  await planning.empty()
  await load(4)
  const { id } = await call<{ id: string }>('startRun')
  const progress = async () => (await call('runs', {}))['items'][0]
  let steps = 0
  planning.killBefore = (sql) => sql.startsWith('update runs set step') && ++steps > 1
  for (let chunk = 0; chunk < 3; chunk++) {
    await t.rejects(host.runJob('advance', { run: id }))
    t.match(await progress(), { state: 'running', done: 1, failed: 0 }, `chunk ${chunk}`)
  }
  planning.killBefore = undefined
  await host.runJob('advance', { run: id })
  t.match(await progress(), { state: 'running', done: 2, refitted: 1, failed: 1 })
  await host.advance(1000)
  t.match(await progress(), { state: 'completed', done: 4, refitted: 3, failed: 1 })
  const { findings, changedSinceRun } = await call('workbench')
  t.match(findings, [{ sku: 'P-001', location, code: 'FORECAST_UNFINISHED' }])
  t.equal(changedSinceRun, 1, 'the next run tries it again')
  t.match(await run(), { refitted: 1, kept: 3, failed: 0 })
})

t.test('orders of two hundred lines are recorded whole, and once', async (t) => {
  await planning.empty()
  await load(3)
  const line = (sku: string, n: number) => ({
    ...{ line: String(n + 1), sku, location, quantity: n % 2 === 0 ? 1 : 12 },
    unit: n % 2 === 0 ? 'DZN' : 'C62',
  })
  const at = '2026-11-20T01:00:00Z'
  const lines = skus(200).map(line)
  const tell = async (type: string, data: object, id: string) => host.emit(type, data, { id })
  const known = () =>
    query(
      `select (select count(*)::int from order_lines) as ordered, (select count(*)::int from purchase_lines) as bought,
              (select sum(quantity)::float8 from purchase_lines where sku < 'P-003') as pieces, (select count(*)::int from series) as series`,
      [],
    )
  const order = { orderId: 'O-1', customer: 'C', placedAt: at, lines }
  const purchase = { purchaseOrder: 'PO-1', supplier: 'S', placedAt: at, lines }
  for (const id of ['first', 'again']) {
    await tell('orders.order.created', order, `o-${id}`)
    await tell('purchasing.order.placed', purchase, `p-${id}`)
  }
  t.match((await known()).rows, [{ ordered: 200, bought: 200, pieces: 36, series: 200 }])
  const moved = { ...line('P-001', 0), quantity: 5, unit: 'C62' }
  await query('update series set dirty_from = null', [])
  const change = { orderId: 'O-1', changedAt: '2026-11-21T01:00:00Z', lines: [moved] }
  await tell('orders.order.changed', change, 'c-1')
  const { rows } = await query('select sku from series where dirty_from is not null order by 1', [])
  t.strictSame(rows, [{ sku: 'P-000' }, { sku: 'P-001' }], 'a line of another item now')
})

t.test('an item with the longest name is listed and paged like any other', async (t) => {
  await planning.empty()
  const items = ['甲', '乙'].map((letter) => ({
    ...{ sku: letter.repeat(200), location: '库'.repeat(200), unit: 'C62' },
  }))
  for (const { sku, location, unit } of items) {
    const at = '2026-11-20T01:00:00Z'
    const data = { movement: sku, sku, location, kind: 'sale', quantity: 2, unit, at }
    await host.emit('stock.movement.recorded', data)
  }
  await call('defineItems', { items })
  t.match(await run(), { done: 2, failed: 0 })
  const first = await call('items', { limit: 1 })
  const second = await call('items', { limit: 1, cursor: first['next'] })
  t.strictSame(
    [first, second].map(({ items }) => items[0].sku),
    [items[1]?.sku, items[0]?.sku].sort(),
  )
  for (const operation of ['accuracy', 'classes', 'stockoutRisk', 'workbench'])
    await call(operation)
  for (const cursor of ['[1,2]', '["a"]', '["2026-02-30","b"]', 'none']) {
    for (const operation of ['suggestions', 'stockoutRisk', 'runs', 'overrides', 'classes'])
      await t.rejects(call(operation, { cursor }), { code: 'CURSOR_INVALID' })
  }
})

t.test('what a unit makes too much to keep is refused', async (t) => {
  await planning.empty()
  const day = { sku: 'DUST', location, day: '2026-11-16', quantity: 1, unit: 'MGM' }
  await call('recordDemand', { days: [day] })
  const days = [{ ...day, quantity: 1e9, unit: 'TNE' }]
  await t.rejects(call('recordDemand', { days }), { code: 'QUANTITY_OUT_OF_RANGE' })
})

t.test('a run without the grant of jobs is refused, and stands in nobody’s way', async (t) => {
  await planning.empty()
  await load(1)
  const without = await planning.another({ grants: ['db:own'] })
  for (let n = 0; n < 2; n++)
    await t.rejects(without.call('startRun'), { code: 'CORE_GRANT_MISSING' })
  t.match(await run(), { done: 1, state: 'completed' })
})
