import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import { beginUse, type CallUse, meterUse } from '../../src/usage/call-use.ts'
import { MonthFees } from '../../src/usage/month-fees.ts'
import { rollUpDay } from '../../src/usage/roll-up-store.ts'
import { UsageLedger } from '../../src/usage/usage-ledger.ts'
import {
  listGaps,
  sumUnits,
  sumUnknown,
  sumUsage,
  usesOf,
} from '../../src/usage/usage-query-store.ts'
import type { UsageRecorder } from '../../src/usage/usage-recorder.ts'
import { testDatabases } from '../support/postgres.ts'
import { flakyKnex, snapshotOf, subscription, usageNode } from '../support/usage.ts'

const { hostUrl } = await testDatabases(t)
const knex = createKnex(hostUrl)
t.teardown(() => knex.destroy())

const price = { amount: '0.05', currency: 'CNY', per: 'call' }
const free = subscription('sub_free')
const dear = subscription('sub_dear', { app: 'erp', price })
const snapshot = snapshotOf(free, dear)
const noon = Date.parse('2026-06-01T12:30:00Z')
const ever = { from: '2000-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z' }
const all = { ...ever, by: 'subscription', limit: 100 } as const

t.beforeEach(async () => {
  for (const table of ['usage_hours', 'usage_units', 'usage_leases', 'usage_nodes']) {
    await knex(table).delete()
  }
})

const call = (of = free, more: object = {}) => ({
  subscription: of,
  operation: 'get',
  version: '1.0.0',
  status: 200,
  bytesIn: 10,
  bytesOut: 100,
  taken: undefined,
  ...more,
})

function useOf(units: Readonly<Record<string, number>>, cpuMs = 0): CallUse {
  return { ...beginUse(), cpuMs, units: new Map(Object.entries(units)) }
}

async function callsOf(id: string): Promise<number> {
  const rows = await sumUsage(knex, { ...all, subscription: id })
  return Number(rows[0]?.calls ?? 0)
}

t.test('calls are added up by hour, operation, version and status', async (t) => {
  let at = noon
  const node = await usageNode(knex, { snapshot, now: () => at })
  for (let n = 0; n < 3; n++) node.count(call())
  node.count(call(free, { status: 404, operation: 'close' }))
  at += 3_600_000
  node.count(call(free, { version: '1.1.0' }))
  await node.flush()
  const by = async (key: 'hour' | 'operation' | 'version' | 'status' | 'service') =>
    (await sumUsage(knex, { ...all, by: key })).map((row) => [row.key, row.calls])
  t.same(await by('hour'), [
    ['2026-06-01T12:00:00Z', '4'],
    ['2026-06-01T13:00:00Z', '1'],
  ])
  t.same(await by('operation'), [
    ['close', '1'],
    ['get', '4'],
  ])
  const most = await sumUsage(knex, { ...all, by: 'operation', order: 'calls' })
  t.same(
    most.map(({ key }) => key),
    ['get', 'close'],
  )
  t.same(await by('version'), [
    ['1.0.0', '4'],
    ['1.1.0', '1'],
  ])
  t.same(await by('status'), [
    ['2xx', '4'],
    ['4xx', '1'],
  ])
  t.match(await sumUsage(knex, all), [{ bytesIn: '50', bytesOut: '500' }])
  const uses = await usesOf(knex, [free.id], new Date(noon - 3_600_000))
  t.same(uses.get(free.id), [
    { operation: 'get', calls: 4, lastDay: '2026-06-01' },
    { operation: 'close', calls: 1, lastDay: '2026-06-01' },
  ])
})

t.test('units and CPU are counted with the call that took them, once it is answered', async (t) => {
  const node = await usageNode(knex, { snapshot, now: () => noon })
  const use = useOf({ rows: 3_000_000_000 }, 1.5)
  for (let n = 0; n < 3; n++) node.count(call(free, { use }))
  node.count(call(free, { status: 502, use }))
  await node.flush()
  t.match(await sumUnits(knex, { ...all, by: 'version' }), [
    {
      key: '1.0.0',
      service: 'orders.status@1',
      operation: 'get',
      unit: 'rows',
      units: '9000000000',
    },
  ])
  t.match(await sumUsage(knex, { ...all, by: 'status' }), [
    { key: '2xx', calls: '3', cpuMs: '4.500' },
    { key: '5xx', calls: '1', cpuMs: '1.500' },
  ])
})

t.test('a run that begins again counts what its end metered, and nothing twice', (t) => {
  const [first, second] = [new AbortController().signal, new AbortController().signal]
  const use = beginUse()
  meterUse(use, 'rows', 10, first)
  meterUse(use, 'pages', 1, first)
  meterUse(use, 'rows', 4, second)
  meterUse(use, 'rows', 3, second)
  t.same(use.units, new Map([['rows', 7]]))
  t.end()
})

t.test('an answer that goes on is counted as it goes, as one call', async (t) => {
  const node = await usageNode(knex, { snapshot, now: () => noon })
  let sent = 100
  const answer = { subscription: free, operation: 'stream', version: 'none', bytes: () => sent }
  node.count(call(free, { operation: 'stream', version: 'none', bytesOut: 0 }))
  const end = node.follow(answer)
  sent += 5000
  await node.flush()
  t.match(await sumUsage(knex, all), [{ calls: '1', bytesOut: '5000' }])
  await node.flush()
  sent += 7
  end()
  sent += 1000
  await node.flush()
  t.match(await sumUsage(knex, all), [{ calls: '1', bytesOut: '5007' }])
})

t.test(
  'what is answered again from what was kept is counted, and not paid a second time',
  async (t) => {
    const node = await usageNode(knex, { snapshot, now: () => noon })
    node.count(call(dear, { taken: await node.admit(dear) }))
    const again = await node.admit(dear)
    again?.giveBack()
    node.count(call(dear))
    await node.flush()
    const rows = await knex('usage_hours').orderBy('price').select('price', 'calls')
    t.same(rows, [
      { price: '', calls: '1' },
      { price: '0.05 CNY call', calls: '1' },
    ])
  },
)

t.test('what is paid by the month is entered once a month, at its first price', async (t) => {
  const monthly = { amount: '200', currency: 'CNY', per: 'month' }
  const own = subscription('sub_month', { price: monthly })
  const held = subscription('sub_held', { price: monthly, state: 'suspended' })
  const over = subscription('sub_over', { price: monthly, expiresAt: noon })
  let shown = snapshotOf(own, held, over, free, dear)
  let at = noon
  const log = { warn: () => t.fail('it should be entered') }
  const nodes = [1, 2].map(() => new MonthFees({ knex, snapshot: () => shown, now: () => at, log }))
  const look = () => Promise.all(nodes.map((node) => node.run()))
  await look()
  shown = snapshotOf({ ...own, price: { ...monthly, amount: '300' } })
  await look()
  at = Date.parse('2026-07-01T00:00:00Z')
  await look()
  const rows = await knex('usage_units')
    .orderBy('hour')
    .select('subscription', 'hour', 'price', 'units')
  t.same(rows, [
    { subscription: own.id, hour: new Date('2026-06-01'), price: '200 CNY month', units: '1' },
    { subscription: own.id, hour: new Date('2026-07-01'), price: '300 CNY month', units: '1' },
  ])
  const node = await usageNode(knex, { snapshot: shown })
  t.equal(await node.admit(own), undefined, 'and none of its calls is')
})

t.test('whatever is sent again, every call is counted once', async () => {
  const fate = fc.constantFrom('well' as const, 'before' as const, 'after' as const)
  const rounds = fc.array(fc.tuple(fc.nat({ max: 5 }), fate), { minLength: 1, maxLength: 12 })
  let run = 0
  await fc.assert(
    fc.asyncProperty(rounds, async (played) => {
      const own = subscription(`sub_${run++}`)
      let now: 'well' | 'before' | 'after' = 'well'
      const flaky = flakyKnex(knex, () => now)
      const node = await usageNode(flaky, { snapshot: snapshotOf(own), folder: own.id })
      let made = 0
      for (const [calls, next] of played) {
        for (let n = 0; n < calls; n++) node.count(call(own))
        made += calls
        now = next
        await node.flush()
      }
      now = 'well'
      await node.flush()
      return (await callsOf(own.id)) === made
    }),
    { numRuns: 40 },
  )
})

t.test(
  'a priced call is let in by what was reserved before, and paid where it was answered',
  async (t) => {
    const node = await usageNode(knex, { snapshot })
    t.equal(await node.admit(free), undefined)
    const taken = await Promise.all(Array.from({ length: 50 }, () => node.admit(dear)))
    const reserved = await knex('usage_leases').sum({ sum: 'reserved' }).first()
    t.ok(Number(reserved?.sum) >= 50, 'before any of them was made')
    for (const [n, one] of taken.entries()) {
      node.count(call(dear, { taken: one, status: n < 40 ? 200 : 502 }))
    }
    await node.flush()
    const spent = await knex('usage_leases').sum({ sum: 'spent' }).first()
    t.equal(Number(spent?.sum), 40)
    t.equal(await callsOf(dear.id), 50)
    await node.stop()
    t.same(await sumUnknown(knex, ever), [])
    t.same(await knex('usage_leases').whereNull('settled_at'), [])
    t.same(await listGaps(knex, ever), [])
  },
)

t.test('of a node that was killed a bound is known, and no call is made up', async (t) => {
  const killed = await usageNode(knex, { snapshot, folder: 'killed' })
  const count = async (node: UsageRecorder, calls: number) => {
    for (let n = 0; n < calls; n++) {
      node.count(call(dear, { taken: await node.admit(dear) }))
    }
  }
  await count(killed, 5)
  killed.count(call())
  await killed.flush()
  await count(killed, 3)
  killed.count(call())
  // No flush, no stop: the next start in its folder finds it.
  const next = await usageNode(knex, { snapshot, folder: 'killed' })
  t.equal(await callsOf(dear.id), 5)
  t.equal(await callsOf(free.id), 1)
  t.match(await sumUnknown(knex, { ...ever, tenant: 'acme' }), [
    { subscription: dear.id, price: '0.05 CNY call', atMost: '15' },
  ])
  const gaps = await listGaps(knex, ever)
  t.equal(gaps.length, 1)
  t.ok((gaps[0]?.from ?? '') < (gaps[0]?.to ?? ''))
  t.same(await listGaps(knex, { ...ever, to: '2001-01-01T00:00:00Z' }), [])
  // It was not dead after all.
  await killed.flush()
  t.equal(await callsOf(dear.id), 8)
  t.match(await sumUnknown(knex, ever), [{ atMost: '12' }])
  t.same(await listGaps(knex, ever), [])
  await killed.stop()
  t.same(await sumUnknown(knex, ever), [], 'it knows that the rest was never made')
  await next.stop()
})

t.test('without PostgreSQL no priced call is let in, and the others are', async (t) => {
  const away = new Proxy(knex, {
    apply: () => {
      throw new Error('away')
    },
  })
  let isAway = false
  const flaky = new Proxy(knex, {
    apply: (target, that, words) =>
      Reflect.apply(isAway ? away : target, that, words) as ReturnType<typeof knex>,
  })
  const node = await usageNode(flaky, { snapshot, folder: 'f' })
  isAway = true
  await t.rejects(node.admit(dear), { code: 'CORE_USAGE_NOT_COUNTED', status: 503 })
  t.equal(await node.admit(free), undefined)
  isAway = false
  const taken = await node.admit(dear)
  t.ok(taken)
  taken?.giveBack()
})

t.test('a ledger that is full tells less apart, and loses nothing', async (t) => {
  const ledger = new UsageLedger(2)
  const { id, ...rest } = free
  const name = { ...rest, subscription: id, plugin: '', price: '', version: '1.0.0' }
  for (let n = 0; n < 10; n++) {
    const sum = { statusClass: '2xx', bytesIn: 0, bytesOut: 0, cpuUs: 0, at: noon }
    ledger.addCall({ ...name, operation: `op${n % 5}` }, sum)
    ledger.addUnits({ ...name, operation: `op${n % 5}` }, 'rows', 2, noon)
  }
  const { calls, units } = ledger.take()
  t.equal(
    calls.reduce((sum, one) => sum + one.calls, 0),
    10,
  )
  t.equal(
    units.reduce((sum, one) => sum + one.units, 0n),
    20n,
  )
  t.ok(calls.length <= 3)
})

t.test('old hours are added up to days, and no sum changes', async (t) => {
  let at = Date.parse('2026-06-01T00:00:00Z')
  const node = await usageNode(knex, { snapshot, now: () => at })
  for (; at < Date.parse('2026-06-03T00:00:00Z'); at += 3_600_000) {
    node.count(call(free, { use: useOf({ rows: 7 }) }))
  }
  await node.flush()
  const days = () => sumUsage(knex, { ...all, by: 'day' })
  const before = [await days(), await sumUnits(knex, all)]
  let rounds = 0
  while (await rollUpDay(knex, new Date('2026-06-02T12:00:00Z'))) rounds += 1
  t.equal(rounds, 1, 'the second day is not over')
  t.same([await days(), await sumUnits(knex, all)], before)
  t.equal((await knex('usage_hours')).length, 1 + 24)
})
