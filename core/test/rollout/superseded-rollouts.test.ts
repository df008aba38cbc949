import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import type { RolloutCommand } from '../../src/rollout/rollout-states.ts'
import { findRollout, listLiveOf, listTransitions } from '../../src/rollout/rollout-store.ts'
import { weightOf } from '../../src/rollout/rollout-weight.ts'
import { putLockdown, removeLockdown } from '../../src/rollout/standstill/freeze-store.ts'
import { because, full, openRollouts, operator, weight } from '../support/rollouts.ts'

const plugins = ['one', 'two', 'three']
const { knex, rollouts } = await openRollouts(t, plugins)
for (const plugin of plugins) {
  const before = await knex('installations').where({ plugin, version: '1.1.0' }).first()
  await knex('installations').insert({
    ...before,
    manifest: JSON.stringify(before.manifest),
    contracts: JSON.stringify(before.contracts),
    version: '1.2.0',
  })
}
const steps = [weight(100), full] as never
const plan = (plugin: string, version: string, more: object = {}) =>
  rollouts.create(operator, { plugin, version, steps, ...more })
const tell = (id: string, command: RolloutCommand, more: object = {}) =>
  rollouts.command(operator, id, command, { ...because, ...more })
const supersede = (id: string) => tell(id, 'start', { supersedes: true })
const stateOf = async (id: string) => (await findRollout(knex, id))?.state

/** One after the other: an abort ends a whole group. */
async function endAll(): Promise<void> {
  const [first] = await listLiveOf(knex, plugins)
  if (first === undefined) return
  await tell(first.id, 'abort')
  await endAll()
}

t.test('a newer version ends the older canary and begins in one generation', async (t) => {
  const older = await plan('one', '1.1.0')
  await tell(older.id, 'start')
  const newer = await plan('one', '1.2.0')
  await t.rejects(tell(newer.id, 'start'), { code: 'CORE_ROLLOUT_COMMAND_REFUSED' })
  await supersede(newer.id)
  const [ended, begun] = await Promise.all(
    [older, newer].map(async ({ id }) => (await listTransitions(knex, id)).at(-1)),
  )
  t.match(ended, { command: 'supersede', to: 'superseded', weightBp: 0, actor: 'operator' })
  t.match(ended?.reason.en, newer.id)
  t.match(ended?.reason['zh-CN'], '取代')
  t.match(begun, { command: 'start', to: 'running', generation: ended?.generation })
  const events = await knex('outbox_events').where({ subject: older.id }).orderBy('sequence')
  t.equal(events.at(-1).type, 'signalbox.rollout.supersede')
  t.equal(weightOf((await findRollout(knex, older.id)) as never), 0)
  await endAll()
})

t.test('where the newer one may not start, the older one goes on', async (t) => {
  const older = await plan('one', '1.1.0')
  await tell(older.id, 'start')
  const newer = await plan('one', '1.2.0')
  await putLockdown(knex, { reason: { en: 'no', 'zh-CN': '否' }, actor: 'operator' })
  await t.rejects(supersede(newer.id), { code: 'CORE_ROLLOUT_COMMAND_REFUSED' })
  await removeLockdown(knex)
  t.equal(await stateOf(older.id), 'running')
  t.equal(await stateOf(newer.id), 'ready')
  await endAll()
})

t.test('of a group whose one plugin is superseded all are', async (t) => {
  const group = await plan('one', '1.1.0', { together: [{ plugin: 'two', version: '1.1.0' }] })
  await tell(group.id, 'start')
  const newer = await plan('two', '1.2.0', { together: [{ plugin: 'three', version: '1.2.0' }] })
  await supersede(newer.id)
  t.equal(await stateOf(group.id), 'superseded')
  const live = await listLiveOf(knex, plugins)
  t.same(live.map(({ plugin, to }) => `${plugin} ${to}`).sort(), ['three 1.2.0', 'two 1.2.0'])
  await endAll()
})

t.test('nothing leads out of it, and without an older one it is a start', async (t) => {
  const first = await plan('one', '1.1.0')
  t.equal((await supersede(first.id)).state, 'running')
  const second = await plan('one', '1.2.0')
  await supersede(second.id)
  for (const command of ['start', 'resume', 'promote', 'abort', 'rollback'] as const) {
    await t.rejects(tell(first.id, command), { code: 'CORE_ROLLOUT_COMMAND_REFUSED' }, command)
  }
  await endAll()
})

t.test('whoever supersedes whom at once, a plugin has one canary at most', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.subarray(plugins, { minLength: 1 }), { minLength: 2, maxLength: 4 }),
      async (groups) => {
        const planned = await Promise.all(
          groups.map(([plugin = '', ...others]) =>
            plan(plugin, '1.1.0', {
              together: others.map((one) => ({ plugin: one, version: '1.1.0' })),
            }),
          ),
        )
        const ends = await Promise.allSettled(planned.map(({ id }) => supersede(id)))
        const live = await listLiveOf(knex, plugins)
        const codes = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason.code] : []))
        await endAll()
        return (
          new Set(live.map(({ plugin }) => plugin)).size === live.length &&
          ends.some(({ status }) => status === 'fulfilled') &&
          // Never a deadlock of the database's.
          codes.every((code) => code === 'CORE_ROLLOUT_COMMAND_REFUSED')
        )
      },
    ),
    { numRuns: 10 },
  )
})

t.test('a retry plans the same again: same draw, same lists, same steps', async (t) => {
  const lists = { deny: ['tenant:globex'], allow: ['tenant:acme'] }
  const before = await plan('one', '1.1.0', { cohortBy: 'tenant', ...lists })
  await t.rejects(rollouts.retry(operator, before.id, { version: '1.2.0' }), {
    code: 'CORE_ROLLOUT_RETRY_REFUSED',
  })
  await tell(before.id, 'start')
  await tell(before.id, 'abort')
  await t.rejects(rollouts.retry(operator, before.id, {}), { code: 'CORE_ROLLOUT_RETRY_REFUSED' })
  const mended = await rollouts.retry(operator, before.id, { version: '1.2.0' })
  const { salt, cohortBy, lists: kept, steps: same } = before
  t.match(mended, { state: 'ready', to: '1.2.0', salt, cohortBy, lists: kept, steps: same })
  t.not(mended.id, before.id)
  const forced = await rollouts.retry(operator, before.id, { force: true })
  t.match(forced, { to: '1.1.0', salt })
  const [event] = await knex('outbox_events').where({ subject: forced.id })
  t.match(event, { type: 'signalbox.rollout.created', data: { retryOf: before.id } })
  await t.rejects(rollouts.retry(operator, 'rol_0000000000000000', {}), {
    code: 'CORE_ROLLOUT_MISSING',
  })
  await t.rejects(rollouts.retry(operator, before.id, { version: '1.0.0' }), {
    code: 'CORE_ROLLOUT_POINTLESS',
  })
})

t.test('a group is retried as a group, on the draw it had', async (t) => {
  const before = await plan('one', '1.1.0', { together: [{ plugin: 'two', version: '1.1.0' }] })
  await tell(before.id, 'start')
  await tell(before.id, 'abort')
  const again = await rollouts.retry(operator, before.id, { version: '1.2.0' })
  t.equal(again.salt, before.salt)
  t.not(again.group, before.group)
  await tell(again.id, 'start')
  const live = await listLiveOf(knex, plugins)
  t.same(live.map(({ plugin, to }) => `${plugin} ${to}`).sort(), ['one 1.2.0', 'two 1.1.0'])
  t.ok(live.every(({ salt }) => salt === before.salt))
  await endAll()
})
