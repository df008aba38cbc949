import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { Concurrency } from '../../../src/gateway/limits/concurrency.ts'
import { QuotaLeases } from '../../../src/gateway/limits/quota-leases.ts'
import { periodOf, type Quota } from '../../../src/gateway/limits/quota-period.ts'
import { leaseQuota, returnQuota } from '../../../src/gateway/limits/quota-store.ts'
import { createKnex } from '../../../src/storage/create-knex.ts'
import { insertSubscribed } from '../../support/insert-subscribed.ts'
import { testDatabases } from '../../support/postgres.ts'

const { hostUrl } = await testDatabases(t)
const knex = createKnex(hostUrl, { pool: 8 })
t.teardown(() => knex.destroy())
const clock = { now: Date.UTC(2026, 10, 26, 12) }

const never: () => boolean = () => false

function node({ nodes = 4, isAway = never } = {}) {
  return new QuotaLeases({
    lease: async (...asked) => {
      if (isAway()) throw new Error('PostgreSQL is away')
      return leaseQuota(knex, ...asked)
    },
    giveBack: (...given) => returnQuota(knex, ...given),
    nodes: () => nodes,
    now: () => clock.now,
    onAway: (error) => {
      if (!isAway()) throw error
    },
  })
}

let made = 0
async function subscribed() {
  made += 1
  const id = `sub_${made}`
  await insertSubscribed(knex, { id, tenant: 'acme', app: `app-${made}` })
  return { id, tenant: 'acme' }
}

type Subscription = Awaited<ReturnType<typeof subscribed>>

async function allowed(of: Subscription, quota: Quota, nodes: QuotaLeases[], calls: number) {
  const verdicts = await Promise.all(
    Array.from({ length: calls }, (_, n) => nodes[n % nodes.length]?.take(of, quota)),
  )
  return verdicts.filter((verdict) => verdict?.outcome === 'allowed').length
}

/** What was told of a subscription: the percent of each event. */
async function told(id: string): Promise<number[]> {
  const rows = await knex('outbox_events').where({ subject: id })
  return rows.map((row) => row.data.threshold).sort()
}

t.test('four nodes let exactly the quota pass, and tell of 80 and 100 % once', async (t) => {
  const of = await subscribed()
  const quota = { count: 1000, per: 'day' } as const
  const four = [node(), node(), node(), node()]
  t.equal(await allowed(of, quota, four, 700), 700)
  t.same(await told(of.id), [])
  t.equal(await allowed(of, quota, four, 120), 120)
  t.same(await told(of.id), [80])
  let rest = 0
  for (let wave = 0; wave < 5; wave++) rest += await allowed(of, quota, four, 100)
  t.equal(rest, 180, 'the last ones too')
  t.same(await told(of.id), [100, 80])
  const refused = await four[0]?.take(of, quota)
  t.match(refused, { outcome: 'exceeded', remaining: 0, resetMs: 12 * 3600_000 })
})

t.test('it is never over, whatever is killed, and a kill loses one lease at most', async () => {
  const step = fc.record({
    node: fc.integer({ min: 0, max: 3 }),
    calls: fc.integer({ min: 1, max: 60 }),
    end: fc.constantFrom('on', 'on', 'on', 'kill', 'stop'),
  })
  const steps = fc.array(step, { minLength: 1, maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 2000 }), steps, async (count, steps) => {
      const of = await subscribed()
      const quota = { count, per: 'month' } as const
      const nodes = [node(), node(), node(), node()]
      let passed = 0
      let kills = 0
      for (const { node: n, calls, end } of steps) {
        const one = nodes[n] as QuotaLeases
        passed += await allowed(of, quota, [one], calls)
        if (end === 'stop') await one.stop()
        if (end !== 'on') nodes[n] = node()
        kills += Number(end === 'kill')
      }
      for (const one of nodes) await one.stop()
      const last = node()
      for (let more = 1; more > 0; passed += more) more = await allowed(of, quota, [last], 100)
      const lease = Math.max(1, Math.floor((count * 0.01) / 4))
      return passed <= count && passed >= count - kills * lease
    }),
    { numRuns: 15 },
  )
})

t.test(
  'a node without PostgreSQL spends what it holds, and then says that it does not know',
  async (t) => {
    const of = await subscribed()
    const quota = { count: 40_000, per: 'day' } as const
    let isAway = false
    const one = node({ isAway: () => isAway })
    t.equal(await allowed(of, quota, [one], 1), 1)
    isAway = true
    t.equal(await allowed(of, quota, [one], 99), 99, 'a lease of a hundred')
    t.match(await one.take(of, quota), { outcome: 'unknown' })
    isAway = false
    t.match(await one.take(of, quota), { outcome: 'allowed' })
  },
)

t.test('another period and another plan begin with what they allow', async (t) => {
  const of = await subscribed()
  const one = node({ nodes: 1 })
  t.equal(await allowed(of, { count: 5, per: 'hour' }, [one], 8), 5)
  t.equal(await allowed(of, { count: 7, per: 'hour' }, [one], 8), 2, 'a larger plan, same hour')
  clock.now += 3600_000
  t.equal(await allowed(of, { count: 5, per: 'hour' }, [one], 8), 5)
  t.same(await told(of.id), [100, 100, 100, 80, 80, 80])
})

t.test('periods are those of the calendar in UTC', async (t) => {
  const at = Date.UTC(2028, 1, 29, 23, 59, 59)
  const ends = (per: Quota['per']) => new Date(periodOf(per, at).endsAt).toISOString()
  t.equal(ends('hour'), '2028-03-01T00:00:00.000Z')
  t.equal(ends('day'), '2028-03-01T00:00:00.000Z')
  t.equal(ends('month'), '2028-03-01T00:00:00.000Z')
  t.equal(periodOf('month', at).startsAt, Date.UTC(2028, 1))
})

t.test('of calls at the same time a node lets its share pass, and one at least', async (t) => {
  const calls = new Concurrency(() => 4)
  const ends = [1, 2, 3].map(() => calls.enter('sub', 10))
  t.same(
    ends.map((end) => end !== undefined),
    [true, true, false],
  )
  ends[0]?.()
  ends[0]?.()
  t.ok(calls.enter('sub', 10))
  t.notOk(calls.enter('sub', 10), 'who ends twice frees one')
  t.ok(calls.enter('other', 1))
  t.notOk(calls.enter('other', 1))
})
