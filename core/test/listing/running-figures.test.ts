import t from 'tap'
import { standingOf } from '../../../marketplace/src/search/standing.ts'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { BUCKETS } from '../../src/catalog/levels/duration-buckets.ts'
import { addSlots } from '../../src/catalog/levels/level-store.ts'
import { figuresByPlugin } from '../../src/listing/running-figures.ts'
import {
  readDurations,
  readSetbacks,
  readTenantCalls,
} from '../../src/listing/running-figures-store.ts'
import { runningByVersion } from '../../src/listing/version-running.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import { testDatabases } from '../support/postgres.ts'

const { hostUrl } = await testDatabases(t)
const knex = createKnex(hostUrl, { pool: 4 })
t.teardown(() => knex.destroy())
const now = Date.UTC(2026, 5, 1)
const since = new Date(now - 86_400_000)
const tenants = ['acme', 'globex', 'initrode', 'hooli']

await knex('tenants').insert(tenants.map((id) => ({ id, name: id })))
for (const name of ['@a/calls', '@a/quiet']) {
  await knex('plugins').insert({ name, stable_version: '1.0.0' })
}
await knex('services').insert({ id: 'a.calls', major: 1, plugin: '@a/calls' })
for (const tenant of tenants) {
  const binding = tenant === 'hooli' ? 'disabled' : 'enabled'
  await knex('bindings').insert({ tenant, plugin: '@a/calls', binding })
}
await knex('bindings').insert({ tenant: 'acme', plugin: '@a/quiet', binding: 'enabled' })

function calls(tenant: string, count: number, failed: number, version = '1.0.0') {
  const buckets = Array.from({ length: BUCKETS }, (_, index) => (index === 3 ? count - failed : 0))
  const of = { service: 'a.calls', major: 1, plugin: '@a/calls', slot: now, timed: 0, slow: 0 }
  return knex.transaction((trx) =>
    addSlots(trx, [{ ...of, tenant, version, calls: count, failed, buckets }]),
  )
}

async function figures() {
  const all = { plugin: null, since }
  return figuresByPlugin(await readTenantCalls(knex, all), await readSetbacks(knex, all))
}

await calls('acme', 100, 0)
await calls('globex', 10, 1)
await calls('hooli', 1000, 1000)

t.test('tenants that have it enabled and call it are counted, each with one voice', async (t) => {
  const known = await figures()
  t.same(known.get('@a/calls'), { tenants: 2, failedShare: 0.05, setbacks: 0 })
  t.same(known.get('@a/quiet'), { tenants: 1, failedShare: null, setbacks: 0 })
})

t.test('no flood of calls by tenants that run it already moves how it stands', async (t) => {
  const before = standingOf((await figures()).get('@a/calls') as never)
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 100_000 }), async (count) => {
      // A hundred good calls of one tenant, and as many more as it likes: its share stays as good as it is.
      await calls('acme', count, 0)
      const after = (await figures()).get('@a/calls')
      t.equal(standingOf(after as never), before)
    }),
    { numRuns: 10 },
  )
  // Again and again enabled is enabled once.
  const row = { tenant: 'acme', plugin: '@a/calls', binding: 'enabled' }
  await knex('bindings').insert(row).onConflict(['tenant', 'plugin']).merge()
  t.equal(standingOf((await figures()).get('@a/calls') as never), before)
})

t.test('a tenant whose calls all fail has one voice of three, however many it makes', async (t) => {
  await calls('initrode', 5, 5)
  const few = (await figures()).get('@a/calls')
  await calls('initrode', 500_000, 500_000)
  t.same((await figures()).get('@a/calls'), few)
})

t.test(
  'versions are told apart, with how long answers took and what happened to them',
  async (t) => {
    await calls('acme', 10, 5, '1.1.0')
    const circuit = { strikes: 3, code: 'SBX_LANE_LOST', tenant: 'acme' }
    for (let again = 0; again < 3; again++) {
      await knex('audit_entries').insert({
        ...{
          actor: 'sandbox',
          action: 'plugin.circuit_opened',
          subject: '@a/calls@1.1.0',
          outcome: 'done',
        },
        ...{ tenant: null, trace_id: null, detail: JSON.stringify(circuit), at: new Date(now) },
      })
    }
    const of = { plugin: '@a/calls', since }
    const setbacks = await readSetbacks(knex, of)
    const shown = runningByVersion(
      await readTenantCalls(knex, of),
      setbacks,
      await readDurations(knex, of),
    )
    t.equal(setbacks.length, 1, 'the third time is no other setback than the first')
    t.match(
      shown.find(({ version }) => version === '1.1.0'),
      { tenants: 1, failedShare: 0.5, crashed: true, rolledBack: false },
    )
    const p95 = shown.find(({ version }) => version === '1.0.0')?.p95Ms ?? 0
    t.ok(p95 > 3 && p95 <= 5, `bucket 3 ends at 5 ms: ${p95}`)
    t.same(JSON.stringify(shown).match(/acme|globex/g), null, 'nobody is named')
  },
)
