import t, { type Test } from 'tap'
import { until } from '../../../sandbox/test/until.ts'
import { commitChange } from '../../src/audit/change.ts'
import { coreErrors } from '../../src/errors.ts'
import type { Outlook } from '../../src/updates/outlook-reader.ts'
import { listAttempts, putSetting } from '../../src/updates/update-store.ts'
import { noteWakes } from '../../src/updates/update-wake-store.ts'
import { Updater } from '../../src/updates/updater.ts'
import { openRollouts } from '../support/rollouts.ts'

const { knex, rollouts } = await openRollouts(t, ['one', 'two', 'three'])

const set = (plugin: string) =>
  knex.transaction((trx) =>
    putSetting(trx, { plugin, mode: 'minor', minimumAgeHours: 0, by: 'operator' }),
  )

function outlook(plugin: string): Outlook {
  const minimumAgeHours = { marketplace: 0, host: 0, plugin: 0, effective: 0 }
  const next = { plugin, mode: 'minor', stable: '1.0.0', next: '1.1.0' } as const
  return { ...next, minimumAgeHours, versions: [], now: Date.now() }
}

type Ports = ConstructorParameters<typeof Updater>[0]

function updater(t: Test, changes: Partial<Ports> = {}): Updater {
  const made = new Updater({
    knex,
    rollouts,
    outlooks: { read: async (plugin) => outlook(plugin) },
    installs: { install: async () => ({}) as never },
    log: { warn: (fields) => t.comment(fields) },
    ...changes,
  })
  t.teardown(() => made.stop())
  return made
}

const plannedFor = (plugin: string) => knex('rollouts').where({ plugin })
const stateOf = async (plugin: string) => (await listAttempts(knex, plugin))[0]?.state
const entries = async (plugin: string) =>
  knex('audit_entries')
    .where({ subject: `${plugin}@1.1.0`, actor: 'updates' })
    .pluck('action')

t.test('of many nodes that look at once one rolls a version out, once', async (t) => {
  await set('one')
  const nodes = Array.from({ length: 5 }, () => updater(t))
  for (const node of nodes) node.look()
  await until(async () => (await stateOf('one')) === 'started')
  await knex.transaction((trx) => noteWakes(trx, ['one']))
  for (const node of nodes) node.look()
  await Promise.all(nodes.map((node) => node.stop()))
  t.equal((await plannedFor('one')).length, 1)
  t.same((await entries('one')).toSorted(), ['plugin.update-begun', 'plugin.update-started'])
})

t.test(
  'what a killed node left in the middle is gone on with, and not planned again',
  async (t) => {
    // As a node leaves it that was killed behind the plan: begun, planned, and nothing more.
    await knex('plugin_update_attempts').insert({ plugin: 'two', version: '1.1.0', state: 'begun' })
    await rollouts.create({ actor: 'updates', traceId: null }, { plugin: 'two', version: '1.1.0' })
    await set('two')
    updater(t).look()
    await until(async () => (await stateOf('two')) === 'started')
    t.match(await plannedFor('two'), [{ state: 'running' }])
    t.same(await entries('two'), ['plugin.update-started'])
  },
)

t.test('what the host does not take is told once, and no rollout is planned', async (t) => {
  await set('three')
  const install = async () => {
    throw coreErrors.create('PLUGIN_MISSING', { plugin: 'three' })
  }
  const node = updater(t, { installs: { install } })
  node.look()
  await until(async () => (await stateOf('three')) === 'refused')
  t.match(await listAttempts(knex, 'three'), [{ reason: { code: 'CORE_PLUGIN_MISSING' } }])
  t.equal((await plannedFor('three')).length, 0)
  await node.stop()
})

t.test('an outage is no fault of a version: it is tried again', async (t) => {
  await knex('plugin_update_attempts').where({ plugin: 'three' }).delete()
  await knex.transaction((trx) => noteWakes(trx, ['three']))
  let isAway = true
  const install = async () => {
    if (isAway) throw coreErrors.create('DATABASE_UNAVAILABLE', {})
    return {} as never
  }
  const node = updater(t, { installs: { install } })
  node.look()
  await until(async () => (await stateOf('three')) === 'begun')
  isAway = false
  await until(async () => {
    await knex('plugin_updates')
      .where({ plugin: 'three' })
      .update({ look_at: new Date(0) })
    node.look()
    return (await stateOf('three')) === 'started'
  })
  t.match(await plannedFor('three'), [{ state: 'running' }])
})

t.test('a change that concerns a plugin has it looked at anew, and no other', async (t) => {
  await knex('plugin_updates').update({ look_at: new Date(Date.now() + 3_600_000) })
  await knex('plugin_update_wakes').delete()
  const looked: string[] = []
  const outlooks = {
    read: async (plugin: string) => {
      looked.push(plugin)
      return { ...outlook(plugin), next: null }
    },
  }
  const node = updater(t, { outlooks })
  const after = async (action: string, subject: string, detail = {}) => {
    const change = { actor: 'operator', action, subject, tenant: null, traceId: null, detail }
    await commitChange(knex, change, async () => undefined)
    looked.length = 0
    node.look()
    // Nothing is noted, nothing is due, and nothing is under way.
    await until(async () => {
      const [rested] = await knex('plugin_updates')
        .whereRaw('leased_until is null and look_at > clock_timestamp()')
        .whereNotExists(knex('plugin_update_wakes').select('id'))
        .count('* as count')
      return Number(rested?.['count']) === 3
    })
    return looked.toSorted()
  }
  t.same(await after('grant.given', 'one'), ['one'])
  t.same(await after('rollout.abort', 'rol_1', { plugin: 'two' }), ['two'])
  t.same(await after('rollout.pause', 'rol_1', { plugin: 'two' }), [], 'it goes on')
  t.same(await after('package.published', 'three@1.2.0'), ['three'])
  t.same(await after('freeze.removed', 'winter'), ['one', 'three', 'two'])
  t.same(await after('grant.given', 'another'), [])
  t.same(await after('tenant.created', 'one'), [])
  t.same(await after('plugin.installed', 'one@1.1.0'), ['one'], 'many installed at once')
  const requiring = { manifest: JSON.stringify({ requires: { one: '^1.0.0' } }) }
  await knex('installations').where({ plugin: 'two', version: '1.0.0' }).update(requiring)
  await knex('installations').where({ plugin: 'three', version: '1.1.0' }).update(requiring)
  t.same(await after('plugin.warm', 'one@1.1.0'), ['two'], 'whose version in service requires it')
  await knex('plugins').insert({ name: 'newcomer' })
  t.same(await after('plugin.warm', 'newcomer@1.0.0'), ['one', 'three', 'two'])
})
