import { readFile } from 'node:fs/promises'
import { validateContract } from '@signalbox/sdk/contract'
import t from 'tap'
import { dayOf, formatDay } from '../../src/calendar/civil-day.ts'
import { planningService } from '../../src/planning/planning-service.ts'
import { planningHost } from './planning-host.ts'

const DAY = 86_400_000
const folder = new URL('../../', import.meta.url)
const planning = await planningHost(t)
const { host, call, query } = planning
const location = 'SZ-01'
/** Demand of whole weeks, of which the last one is over on Sunday 2026-11-22. */
function weeks(of: { sku: string; location: string }, quantities: readonly number[]) {
  const first = dayOf({ year: 2026, month: 11, day: 16 }) - 7 * (quantities.length - 1)
  return quantities.map((quantity, n) => ({
    ...of,
    day: formatDay(first + 7 * n),
    quantity,
    unit: 'C62',
  }))
}

const steady = Array.from({ length: 60 }, (_, n) => 100 + ((n * 37) % 21) - 10)

async function load(sku: string, quantities = steady): Promise<void> {
  const days = weeks({ sku, location }, quantities)
  await call('recordDemand', { days })
}

/** Starts a run and lets its chunks come. */
async function run(input: object = {}) {
  const { id } = await call<{ id: string }>('startRun', input)
  await host.advance(1000)
  const { items } = await call<{ items: Record<string, unknown>[] }>('runs', {})
  return items.find((item) => item['id'] === id) ?? {}
}

const published = (type: string) => host.published.filter((event) => event.type === type)

t.test('the contract has an operation for each handler, and every example fits it', async (t) => {
  const contract = JSON.parse(
    await readFile(new URL('contracts/inventory.planning.json', folder), 'utf8'),
  )
  t.strictSame(validateContract(contract), { ok: true, contract })
  t.strictSame(Object.keys(contract.operations), Object.keys(planningService))
})

t.test('a run forecasts what is there, and the next one only what changed', async (t) => {
  for (const sku of ['A-1', 'A-2', 'A-3']) await load(sku)
  t.match(await run(), {
    state: 'completed',
    total: 3,
    done: 3,
    refitted: 3,
    updated: 0,
    kept: 0,
    failed: 0,
  })
  t.match(published('inventory.forecast.completed').at(-1)?.data, {
    series: 3,
    refitted: 3,
    failed: 0,
  })
  const made = await call('forecast', {
    sku: 'A-1',
    location: 'SZ-01',
    horizon: 4,
    quantiles: [0.1, 0.9],
  })
  t.match(made, { period: 'week', historyEnd: '2026-11-22', unit: 'C62' })
  t.equal(made['periods'].length, 4)
  for (const { statistical, planned, quantiles } of made['periods']) {
    t.ok(statistical > 80 && statistical < 120)
    t.equal(planned, statistical)
    t.ok(quantiles[0].value < statistical && statistical < quantiles[1].value)
  }
  t.match(await run(), { refitted: 0, updated: 0, kept: 3 }, 'nothing changed')
  await call('recordDemand', {
    days: weeks({ sku: 'A-2', location: 'SZ-01' }, [...steady.slice(0, -1), 400]),
  })
  t.match(await run(), { refitted: 1, updated: 0, kept: 2 }, 'a corrected past is fitted anew')
  const { reasons } = await call('explain', { sku: 'A-2', location: 'SZ-01', what: 'changes' })
  t.match(reasons, [
    { code: 'HISTORY_REVISED', values: { from: '2026-11-16' } },
    { code: 'FORECAST_MOVED' },
  ])
  t.match(await call('runs', { limit: 1 }), { items: [{ requestedBy: 'user:planner' }], next: /./ })
  t.match(await run({ refit: true }), { refitted: 3 })
})

t.test('a week that is over updates clean series without a new fit', async (t) => {
  await planning.empty()
  await load('A-1')
  await run()
  const [before] = (await query('select fit, updates from forecasts', [])).rows as {
    fit: string
    updates: number
  }[]
  await host.advance(7 * DAY)
  await call('recordDemand', {
    days: [{ sku: 'A-1', location: 'SZ-01', day: '2026-11-24', quantity: 104, unit: 'C62' }],
  })
  t.match(await run(), { refitted: 0, updated: 1, kept: 0 })
  const [after] = (await query('select fit, updates from forecasts', [])).rows as {
    fit: string
    updates: number
  }[]
  t.equal(before?.updates, 0)
  t.equal(after?.updates, 1)
  const { reasons } = await call('explain', { sku: 'A-1', location: 'SZ-01', what: 'changes' })
  t.match(reasons[0], { code: 'PERIODS_ADDED', values: { periods: 1 } })
  const points = (
    await query('select starts::text, actual from forecast_points where actual is not null', [])
  ).rows
  t.strictSame(
    points,
    [{ starts: '2026-11-23', actual: 104 }],
    'what came is set against what was said before',
  )
})

t.test('a run that is killed at any point goes on where it was, each series once', async (t) => {
  await planning.empty()
  const skus = ['A-1', 'A-2', 'A-3', 'A-4', 'A-5']
  for (const sku of skus) await load(sku, steady.slice(0, 20))
  const told = published('inventory.forecast.completed').length
  const { id } = await call<{ id: string }>('startRun')
  const progress = async () => (await call('runs', {}))['items'][0]
  for (let done = 0; done < skus.length - 1; done++) {
    t.match(await progress(), { id, state: 'running', total: 5, done, refitted: done })
    let steps = 0
    // Dies in the second series of each attempt, before anything of it is written.
    planning.killBefore = (sql) => sql.startsWith('update runs set step') && ++steps > 1
    await t.rejects(host.runJob('advance', { run: id }))
    planning.killBefore = undefined
  }
  await host.runJob('advance', { run: id })
  t.match(await progress(), {
    state: 'completed',
    done: 5,
    refitted: 5,
    updated: 0,
    kept: 0,
    failed: 0,
  })
  t.equal((await query('select from forecasts', [])).rowCount, 5)
  await host.advance(1000)
  await host.runJob('advance', { run: id })
  t.match(
    await progress(),
    { state: 'completed', done: 5, refitted: 5 },
    'chunks that come late find it done',
  )
  t.equal(published('inventory.forecast.completed').length, told + 1)
})

t.test('two chunks of a run at once plan each series once', async (t) => {
  await planning.empty()
  for (const sku of ['A-1', 'A-2', 'A-3', 'A-4']) await load(sku, steady.slice(0, 12))
  const { id } = await call<{ id: string }>('startRun')
  await t.rejects(call('startRun'), { code: 'RUN_AT_WORK' })
  await Promise.all([host.runJob('advance', { run: id }), host.runJob('advance', { run: id })])
  await host.advance(1000)
  const { items } = await call('runs', {})
  t.match(items[0], { state: 'completed', done: 4, refitted: 4 })
  await host.advance(11 * 60_000)
  await host.runJob('nightly')
  await host.advance(1000)
  t.match((await call('runs', {}))['items'][0], { kind: 'nightly', state: 'completed', kept: 4 })
})

t.test('a run that died is gone on with by whoever starts the next', async (t) => {
  await planning.empty()
  await load('A-1')
  const { id } = await call<{ id: string }>('startRun')
  planning.killBefore = (sql) => sql.startsWith('update runs set step')
  await host.advance(1000).catch(() => undefined)
  planning.killBefore = undefined
  await host.advance(11 * 60_000)
  t.match(await call('startRun'), { id, resumed: true })
  await host.advance(1000)
  t.match((await call('runs', {}))['items'][0], { id, state: 'completed', done: 1 })
})

t.test('forecasts that err to one side raise an alarm once, and are made anew', async (t) => {
  await planning.empty()
  await load('A-1')
  await run()
  const alarms = () => published('inventory.forecast.bias-alarm').length
  const before = alarms()
  let raised = 0
  for (let week = 0; week < 6; week++) {
    const day = new Date(host.now() - 2 * DAY).toISOString().slice(0, 10)
    await call('recordDemand', {
      days: [{ sku: 'A-1', location: 'SZ-01', day, quantity: 300 + 80 * week, unit: 'C62' }],
    })
    await host.advance(7 * DAY)
    await run()
    raised = alarms() - before
    if (raised > 0) break
  }
  t.equal(raised, 1)
  t.match(published('inventory.forecast.bias-alarm').at(-1)?.data, {
    sku: 'A-1',
    periods: 4,
    trackingSignal: 4,
  })
  t.match(await call('accuracy', { alarmsOnly: true }), {
    items: [{ sku: 'A-1', onActuals: { isAlarm: true } }],
  })
  t.match(await call('workbench'), { biasAlarms: 1 })
  await host.advance(7 * DAY)
  await run()
  t.equal(alarms() - before, 1, 'and not every night again')
  const { reasons } = await call('explain', { sku: 'A-1', location: 'SZ-01', what: 'changes' })
  t.ok(reasons.some(({ code }: { code: string }) => code === 'REFIT_BY_ALARM'))
})
