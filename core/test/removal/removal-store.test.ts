import t, { type Test } from 'tap'
import { insertService } from '../../src/catalog/catalog-store.ts'
import { SubscriptionService } from '../../src/catalog/subscription-service.ts'
import { insertSubscription } from '../../src/catalog/subscription-store.ts'
import { freeContents } from '../../src/removal/free-contents.ts'
import { handClaims } from '../../src/removal/handed-claims.ts'
import { removalFacts } from '../../src/removal/removal-facts-store.ts'
import {
  claimRemoval,
  deleteAtOnce,
  deleteInPieces,
  listUnattended,
  moveRemoval,
  noteFault,
  notThere,
  purgeLeases,
  renewRemoval,
} from '../../src/removal/removal-store.ts'
import type { RoutingTable } from '../../src/rollout/routing/routing-table.ts'
import { createContentStore } from '../../src/storage/content-store.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import { deletePurged, listPurged, takeLease } from '../../src/trusted/resources/lease-store.ts'
import { putSetting } from '../../src/updates/update-store.ts'
import { noteWakes } from '../../src/updates/update-wake-store.ts'
import { beginRemoval, insertInstalled } from '../support/installed-plugin.ts'
import { testDatabases } from '../support/postgres.ts'
import { until } from '../support/processes.ts'

const { hostUrl } = await testDatabases(t)
const knex = createKnex(hostUrl)
t.teardown(() => knex.destroy())
await knex('tenants').insert({ id: 'acme', name: 'Acme' })

const one = { node: 'node-1', process: 'a' }
const restarted = { node: 'node-1', process: 'b' }
const other = { node: 'node-2', process: 'c' }

/** A lock on the table, or on a row of it, is asked for and not given. */
async function somebodyWaitsFor(table: string): Promise<boolean> {
  const { rows } = await knex.raw(
    `select from pg_locks held join pg_locks waiting on waiting.pid = held.pid
      where not waiting.granted and held.relation = ?::regclass`,
    [table],
  )
  return rows.length > 0
}

t.test('one node works at a removal; its next process takes it over at once', async (t) => {
  await beginRemoval(knex, '@claim/it')
  const claims = await Promise.all(
    [one, other].map((worker) => claimRemoval(knex, '@claim/it', worker, 30, false)),
  )
  t.equal(claims.filter((claim) => claim !== undefined).length, 1)
  await knex('plugin_removals').update({ node: 'node-1', process: 'a' })
  t.strictSame(await listUnattended(knex, other), [])
  t.strictSame(await listUnattended(knex, restarted), ['@claim/it'])
  t.match(await claimRemoval(knex, '@claim/it', restarted, 30, false), { state: 'purging' })
  const row = { plugin: '@claim/it', state: 'purging' } as const
  t.notOk(await renewRemoval(knex, row, one, 30), 'the process before may not go on')
  t.ok(await renewRemoval(knex, row, restarted, 30))
})

t.test('what failed rests, unless somebody asks', async (t) => {
  await beginRemoval(knex, '@rest/it')
  await claimRemoval(knex, '@rest/it', one, 30, false)
  const row = { plugin: '@rest/it', state: 'purging' } as const
  await noteFault(knex, row, one, { code: 'CORE_X', detail: 'x' }, 30)
  t.equal(await claimRemoval(knex, '@rest/it', one, 30, false), undefined)
  t.equal(await claimRemoval(knex, '@rest/it', other, 30, false), undefined)
  t.match(await claimRemoval(knex, '@rest/it', other, 30, true), { fault: null }, 'by any node')
  t.equal(await claimRemoval(knex, '@rest/it', one, 30, true), undefined, 'it is at work')
  t.ok(await moveRemoval(knex, '@rest/it', { from: 'purging', to: 'kept' }))
  t.notOk(await moveRemoval(knex, '@rest/it', { from: 'purging', to: 'kept' }))
  t.notOk(await renewRemoval(knex, row, one, 30), 'it became something else')
  t.equal(await claimRemoval(knex, '@rest/it', one, 30, true), undefined, 'nothing is left to do')
})

t.test('many rows go piece by piece, those of others stay', async (t) => {
  const use = { tenant: 'acme', version: '1.0.0', capability: 'c', grant_id: 'g', count: 1 }
  const more = { failures: 0, total_ms: 1, first_at: new Date(), last_at: new Date() }
  const rows = Array.from({ length: 4500 }, (_, n) => ({
    ...use,
    ...more,
    facet: String(n),
    plugin: n % 4500 === 0 ? '@stays/here' : '@many/rows',
  }))
  await knex.batchInsert('grant_uses', rows, 500)
  let looks = 0
  await deleteInPieces(knex, '@many/rows', 'soon', notThere, () => void looks++)
  t.strictSame(await knex('grant_uses').pluck('plugin'), ['@stays/here'])
  t.ok(looks > 6, 'asked between two pieces')
  await t.rejects(
    deleteInPieces(knex, '@many/rows', 'soon', notThere, () => {
      throw new Error('given up')
    }),
    /given up/,
  )
})

t.test('events go, but for those that another plugin waits for', async (t) => {
  const event = { tenant: 'acme', type: 'a.b', source: '/plugins/@pub/one', event: '{}' }
  const at = { published_at: new Date() }
  const [free, awaited] = await knex('events')
    .insert([
      { ...event, ...at, id: 'free' },
      { ...event, ...at, id: 'awaited' },
      { ...event, ...at, id: 'other', source: '/plugins/@pub/two' },
    ])
    .returning('sequence')
  await knex('event_deliveries').insert([
    { event: free.sequence, tenant: 'acme', plugin: '@sub/one', type: 'a.b', state: 'done' },
    { event: awaited.sequence, tenant: 'acme', plugin: '@sub/one', type: 'a.b' },
    { event: free.sequence, tenant: 'acme', plugin: '@pub/one', type: 'a.b' },
  ])
  for (const when of ['soon', 'purge'] as const) {
    await deleteInPieces(knex, '@pub/one', when, notThere)
  }
  t.strictSame(await knex('events').orderBy('id').pluck('id'), ['awaited', 'other'])
  t.equal((await knex('event_deliveries')).length, 2)
})

t.test('names of a scope pass to a plugin of it that declares them too', async (t) => {
  const provides = { events: [{ type: 'names.kept' }], permissions: [{ id: 'names.allow' }] }
  await insertInstalled(knex, '@names/heir', '1.0.0', { manifest: { provides } })
  const lost = { provides: { events: [{ type: 'names.lost' }] } }
  await insertInstalled(knex, '@namesake/no', '1.0.0', { manifest: lost })
  const claim = { scope: '@names', plugin: '@names/first' }
  await knex('event_types').insert(['names.kept', 'names.lost'].map((type) => ({ type, ...claim })))
  await knex('permissions').insert({ id: 'names.allow', ...claim })
  await knex.transaction((trx) => handClaims(trx, '@names/first'))
  t.strictSame(await knex('event_types').orderBy('type').pluck('plugin'), [
    '@names/heir',
    '@names/first',
  ])
  t.strictSame(await knex('permissions').pluck('plugin'), ['@names/heir'])
})

t.test('contents go when no file has them any more; a put meanwhile makes them anew', async (t) => {
  const contents = createContentStore(knex)
  const [shared = '', own = ''] = await Promise.all(
    ['shared', 'own'].map((text) => contents.put(Buffer.from(text))),
  )
  await insertInstalled(knex, '@files/other', '1.0.0')
  const file = { plugin: '@files/other', version: '1.0.0', path: 'x', size: 1 }
  await knex('installation_files').insert({ ...file, sha256: shared })
  await freeContents(knex, [shared, own])
  t.ok(await contents.has(shared))
  t.notOk(await contents.has(own))

  await contents.put(Buffer.from('own'))
  let freeing: Promise<void> | undefined
  await knex.transaction(async (trx) => {
    // Known bytes: nothing is written, and yet whoever frees has to wait for what refers to them.
    await contents.put(Buffer.from('own'), trx)
    freeing = freeContents(knex, [own])
    await until(() => somebodyWaitsFor('contents'))
    await trx('installation_files').insert({ ...file, path: 'y', sha256: own })
  })
  await freeing
  t.ok(await contents.has(own))
})

t.test('a note of a change that a node takes meanwhile is waited for, in no circle', async (t) => {
  const plugin = '@noted/it'
  await insertInstalled(knex, plugin, '1.0.0')
  await knex.transaction((trx) =>
    putSetting(trx, { plugin, mode: 'minor', minimumAgeHours: 0, by: 'operator' }),
  )
  await knex.transaction((trx) => noteWakes(trx, [plugin]))
  let removing: Promise<object> | undefined
  await knex.transaction(async (trx) => {
    // In the order of the one statement by which a node takes them, held in the middle of it.
    await trx('plugin_update_wakes').where({ plugin }).forUpdate().select('id')
    removing = knex.transaction((other) => deleteAtOnce(other, plugin, 'at once'))
    // If it fails meanwhile, it is told below.
    removing.catch(() => undefined)
    await until(() => somebodyWaitsFor('plugin_update_wakes'))
    await trx('plugin_updates').where({ plugin }).forUpdate().select('plugin')
  })
  t.match(await removing, { plugin_update_wakes: 1, plugin_updates: 1 })
})

async function facts(plugin: string) {
  return knex.transaction((trx) => removalFacts(trx, plugin, 7 * 86_400_000))
}

async function requiredBy(t: Test, plugin: string, names: readonly string[], why: string) {
  t.strictSame((await facts(plugin)).dependents, names, why)
}

t.test('what serves, or can be gone back to, keeps what it requires', async (t) => {
  const requires = { '@base/one': '^1.0.0' }
  const itself = { requires: { '@base/one': '*' } }
  await insertInstalled(knex, '@base/one', '1.0.0', { manifest: itself })
  await insertInstalled(knex, '@needs/it', '2.0.0')
  await insertInstalled(knex, '@needs/it', '1.0.0', { manifest: { requires }, state: 'warm' })
  await requiredBy(t, '@base/one', [], 'an old version that nothing leads to, and itself')
  const binding = { tenant: 'acme', plugin: '@needs/it', pinned_version: '1.0.0' }
  await knex('bindings').insert({ ...binding, binding: 'pinned' })
  await requiredBy(t, '@base/one', ['@needs/it@1.0.0'], 'a tenant is pinned to it')
  await knex('bindings').update({ binding: 'disabled' })
  await requiredBy(t, '@base/one', [], 'and disabled it')
  const rollout = { id: 'rol_1', plugin: '@needs/it', from_version: '1.0.0', to_version: '2.0.0' }
  const plan = { cohort_by: 'request', steps: '[]', step: 0 }
  await knex('rollouts').insert({ ...rollout, ...plan, state: 'completed' })
  await requiredBy(t, '@base/one', ['@needs/it@1.0.0'], 'the window is open')
  await knex('rollouts').update({ updated_at: knex.raw(`now() - interval '8 days'`) })
  await requiredBy(t, '@base/one', [], 'and over')
  await insertInstalled(knex, '@needs/too', '1.0.0', { manifest: { requires }, state: 'expanded' })
  await requiredBy(t, '@base/one', ['@needs/too@1.0.0'], 'it is being installed')
  t.strictSame((await facts('@needs/too')).installing, ['1.0.0'])
  t.strictSame((await facts('@needs/it')).installing, [])
})

t.test('a subscription that is under way is waited for and seen', async (t) => {
  const plugin = '@serves/it'
  await knex('plugins').insert({ name: plugin })
  await insertService(knex, { id: 'serves.it', major: 1, plugin })
  await knex('apps').insert({ tenant: 'acme', id: 'app', name: 'App' })
  const wish = { tenant: 'acme', app: 'app', service: 'serves.it', major: 1, plan: 'standard' }
  const row = {
    id: 'sub_1',
    ...wish,
    planVersion: 1,
    wantedPlan: null,
    scopes: null,
    state: 'active',
    revision: 1,
    expiresAt: null,
    noticedDays: null,
    purpose: null,
    reason: null,
    decidedBy: null,
    suspendedBy: null,
    suspendedAs: null,
  } as const
  let asked: ReturnType<typeof facts> | undefined
  await knex.transaction(async (trx) => {
    await insertSubscription(trx, row)
    asked = facts(plugin)
    await until(() => somebodyWaitsFor('plans'))
  })
  t.strictSame((await asked)?.apps, ['acme/app'])

  const routing = { reach: async () => undefined } as unknown as RoutingTable
  const service = new SubscriptionService({ knex, routing, now: Date.now })
  let late: Promise<unknown> | undefined
  await knex.transaction(async (trx) => {
    await deleteAtOnce(trx, plugin, 'at once')
    late = service.subscribe({ actor: 'operator', traceId: null }, wish).catch((err) => err)
    await until(() => somebodyWaitsFor('plans'))
  })
  t.match(await late, { code: 'CORE_SERVICE_MISSING' })
})

t.test('a purged resource is told to who held it, whoever has it in its next life', async (t) => {
  const wish = { resource: '@p/q/engine', place: '*', holder: 'node-1' }
  const own = { resource: '@p/q/own', place: 'node-1', holder: 'node-1' }
  await takeLease(knex, wish, -1)
  await takeLease(knex, own, -1)
  await knex.transaction((trx) => purgeLeases(trx, '@p/q'))
  t.match(await takeLease(knex, { ...wish, holder: 'node-2' }, -1), { fence: 1 }, 'a new life')
  t.strictSame(await listPurged(knex, 'node-2'), [])
  const told = await listPurged(knex, 'node-1')
  t.strictSame(told.map(({ resource }) => resource).sort(), ['@p/q/engine', '@p/q/own'])
  t.strictSame(await listPurged(knex, 'node-1', '@p/other'), [])
  for (const lease of [wish, own]) {
    t.equal(await takeLease(knex, lease, 30), undefined, 'its data is still there')
  }
  for (const purged of told) await deletePurged(knex, purged, 'node-1')
  t.match(await takeLease(knex, wish, 30), { fence: 2 })
  t.match(await takeLease(knex, own, 30), { fence: 1 })
})
