import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { type RolloutCommand, rolloutCommands } from '../../src/rollout/rollout-states.ts'
import { findRollout, listTransitions } from '../../src/rollout/rollout-store.ts'
import { weightOf } from '../../src/rollout/rollout-weight.ts'
import { putFreeze, putLockdown } from '../../src/rollout/standstill/freeze-store.ts'
import { because, full, openRollouts, operator, weight } from '../support/rollouts.ts'

const { knex, rollouts } = await openRollouts(t, ['one', 'two', 'three'])
const judge = { actor: 'judge', traceId: null }
const approver = { actor: 'admin:acme/tok_1', traceId: null }
await knex('tenants').insert({ id: 'acme', name: 'Acme' })

const plan = (steps: readonly object[], plugin = 'one', more: object = {}) =>
  rollouts.create(operator, { plugin, version: '1.1.0', steps: steps as never, ...more })
const tell = (id: string, command: RolloutCommand, caller = operator) =>
  rollouts.command(caller, id, command, because)

t.test('of two controllers that saw the same, one advances', async (t) => {
  const { id } = await plan([weight(100), weight(500), weight(2500), full])
  const { revision } = await tell(id, 'start')
  const seen = { ...because, seen: { revision } }
  await Promise.all(Array.from({ length: 8 }, () => rollouts.command(judge, id, 'advance', seen)))
  t.match(await findRollout(knex, id), { step: 1, revision: revision + 1 })
  await tell(id, 'abort')
})

t.test(
  'what was decided before a pause is dropped after it, though all looks the same',
  async (t) => {
    const { id } = await plan([weight(100), weight(500), full])
    const { revision } = await tell(id, 'start')
    await tell(id, 'pause')
    await tell(id, 'resume')
    const late = { ...because, seen: { revision } }
    t.match(await rollouts.command(judge, id, 'advance', late), { step: 0, state: 'running' })
    await t.rejects(rollouts.command(judge, id, 'advance', { ...late, isStrict: true }), {
      code: 'CORE_ROLLOUT_CHANGED',
    })
    await tell(id, 'abort')
  },
)

t.test(
  'an abort beside anything else ends it, and every move is one generation later',
  async (t) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...rolloutCommands), { maxLength: 6 }),
        async (others) => {
          const { id } = await plan([weight(100), full])
          await tell(id, 'start')
          await Promise.allSettled([...others, 'abort' as const].map((one) => tell(id, one)))
          const rollout = await findRollout(knex, id)
          const transitions = await listTransitions(knex, id)
          // Promoted first, it is no canary any more; what takes it back then is a rollback.
          if (rollout?.state === 'completed') await tell(id, 'rollback')
          const generations = transitions.map(({ generation }) => generation)
          const isRising = generations.every(
            (one, at) => at === 0 || one > (generations[at - 1] ?? 0),
          )
          const isOver = ['aborted', 'superseded', 'completed', 'rolled_back'].includes(
            rollout?.state ?? '',
          )
          return isOver && isRising && (rollout === undefined || weightOf(rollout) === 0)
        },
      ),
      { numRuns: 12 },
    )
    t.pass()
  },
)

t.test('a move, its audit entry and its event are there together, of one generation', async (t) => {
  const { id } = await plan([weight(100), full])
  await tell(id, 'start')
  await tell(id, 'abort')
  const transitions = await listTransitions(knex, id)
  const events = await knex('outbox_events').where({ subject: id }).orderBy('sequence')
  const audits = await knex('audit_entries').where({ subject: id }).orderBy('id')
  t.same(
    events.map(({ type }) => type),
    ['signalbox.rollout.created', 'signalbox.rollout.start', 'signalbox.rollout.abort'],
  )
  t.same(
    events.slice(1).map(({ data }) => [data.generation, data.state, data.weightBp]),
    [
      [transitions[0]?.generation, { before: 'ready', after: 'running' }, 100],
      [transitions[1]?.generation, { before: 'running', after: 'aborted' }, 0],
    ],
  )
  t.same(
    audits.map(({ generation }) => Number(generation)),
    events.map(({ data }) => data.generation),
  )
})

t.test('an approval is given by who is asked, and not by who started it', async (t) => {
  const steps = [weight(100), { approve: { tenant: 'acme' } }, full]
  const { id } = await plan(steps)
  await tell(id, 'start', approver)
  await tell(id, 'advance')
  await t.rejects(tell(id, 'advance'), { message: /no approval, and no gate/ })
  await t.rejects(tell(id, 'promote'), { message: /no approval, gate or shadow step of the plan/ })
  await t.rejects(tell(id, 'approve', operator), { message: /asked of who gives it/ })
  await t.rejects(tell(id, 'approve', approver), { message: /not who started it/ })
  const other = { actor: 'admin:acme/tok_2', traceId: null }
  t.match(await tell(id, 'approve', other), { step: 2, state: 'running' })
  await tell(id, 'abort')
})

t.test(
  'a version is baked at 100 % with the old one beside it, and then becomes stable',
  async (t) => {
    const { id } = await plan([{ ...full, bake: { durationMs: 1000 } }])
    await tell(id, 'start')
    const baking = await tell(id, 'bake', judge)
    t.match(baking, { state: 'baking' })
    t.equal(weightOf(baking), 10_000)
    t.match(await tell(id, 'pause'), { state: 'paused', pausedFor: 'manual' })
    t.match(await tell(id, 'resume'), { state: 'running', pausedFor: null })
    await tell(id, 'bake', judge)
    t.match(await tell(id, 'promote', judge), { state: 'completed' })
    t.match(await tell(id, 'rollback'), { state: 'rolled_back' })
  },
)

t.test('in a lockdown a rollout only goes back', async (t) => {
  const { id } = await plan([weight(100), full])
  const { id: later } = await plan([weight(100), full], 'two')
  await tell(id, 'start')
  await putLockdown(knex, { reason: because.reason, actor: 'operator' })
  for (const command of ['advance', 'promote'] as const) {
    await t.rejects(tell(id, command), { message: /no lockdown/ })
  }
  await t.rejects(tell(later, 'start'), { message: /no lockdown/ })
  t.match(await tell(id, 'abort'), { state: 'aborted' })
  await knex('rollout_lockdown').delete()
  await tell(later, 'abort')
})

t.test('plugins that belong together are moved together, or not at all', async (t) => {
  const together = [{ plugin: 'two', version: '1.1.0' }]
  const { id, group, salt } = await plan([weight(100), weight(500), full], 'one', { together })
  t.match(group, /^grp_/)
  t.equal(salt, group)
  const members = () => knex('rollouts').where({ group_id: group }).orderBy('plugin')
  await tell(id, 'start')
  await tell(id, 'advance')
  const rows = await members()
  t.same(
    rows.map(({ plugin, state, step }) => [plugin, state, step]),
    [
      ['one', 'running', 1],
      ['two', 'running', 1],
    ],
  )
  const [first, second] = await Promise.all(rows.map((row) => listTransitions(knex, row.id)))
  t.same(
    first?.map(({ generation }) => generation),
    second?.map(({ generation }) => generation),
  )
  await knex('installations').where({ plugin: 'two', version: '1.1.0' }).update({ state: 'failed' })
  await t.rejects(tell(id, 'promote'), { message: /both versions are warm/ })
  await knex('installations').where({ plugin: 'two', version: '1.1.0' }).update({ state: 'warm' })
  await tell(rows[1].id, 'abort')
  t.same(
    (await members()).map(({ state }) => state),
    ['aborted', 'aborted'],
  )
})

t.test('a group whose plugin has a canary of its own starts none of them', async (t) => {
  const { id: own } = await plan([weight(100), full], 'three')
  await tell(own, 'start')
  const together = [{ plugin: 'three', version: '1.1.0' }]
  const { id, group } = await plan([weight(100), full], 'one', { together })
  await t.rejects(tell(id, 'start'), { message: /no other rollout/ })
  const rows = await knex('rollouts').where({ group_id: group })
  t.ok(rows.every(({ state }) => state === 'ready'))
  await tell(id, 'abort')
  await tell(own, 'abort')
})

t.test('a group waits for the rehearsal of each of its plugins', async (t) => {
  const asked: string[] = []
  const refused = new Set(['two'])
  const late = new Set<string>()
  rollouts.rehearseWith({
    ensure: async ({ plugin }) => {
      asked.push(plugin)
      return late.has(plugin) ? undefined : `texts of ${plugin}`
    },
    isMet: async (_trx, { plugin }, digest) =>
      digest === `texts of ${plugin}` && !refused.has(plugin),
  })
  const together = [{ plugin: 'two', version: '1.1.0' }]
  const { id, group } = await plan([weight(100), full], 'one', { together })
  await t.rejects(tell(id, 'start'), { message: /its migration was rehearsed/ })
  t.same(asked.sort(), ['one', 'two'])
  const states = () => knex('rollouts').where({ group_id: group }).pluck('state')
  t.same(await states(), ['ready', 'ready'])
  refused.clear()
  late.add('one')
  await t.rejects(tell(id, 'start'), { message: /its migration was rehearsed/ })
  late.clear()
  await tell(id, 'start')
  t.same(await states(), ['running', 'running'])
  await tell(id, 'abort')
})

t.test('nothing that cannot be told about a rollout keeps it from going back', async (t) => {
  const { id } = await plan([weight(100), full])
  await tell(id, 'start')
  // As a host of another release may have left it.
  await knex('rollouts')
    .where({ id })
    .update({ analysis: JSON.stringify({ metrics: [null] }) })
  await t.rejects(tell(id, 'advance'))
  await tell(id, 'pause')
  t.match(await tell(id, 'abort'), { state: 'aborted' })
})

t.test('a metric that is named as what every object knows is a metric', async (t) => {
  const metric = { name: 'constructor', event: 'orders.confirmed', direction: 'decrease' }
  const metrics = [{ ...metric, role: 'guardrail' }]
  const { id } = await plan([weight(100), weight(500), full], 'one', { analysis: { metrics } })
  await tell(id, 'start')
  t.match(await tell(id, 'advance', judge), { step: 1 })
  await tell(id, 'abort')
})

t.test('a plan that names what is not there is refused at its place', async (t) => {
  const nobody = { approve: { tenant: 'nobody' } }
  const unknown = { weightBp: 0, hold: { durationMs: 1 }, cohort: 'nowhere' }
  await t.rejects(plan([unknown, nobody, full]), {
    code: 'CORE_INPUT_INVALID',
    faults: [{ pointer: '/steps/0/cohort' }, { pointer: '/steps/1/approve/tenant' }],
  })
  await t.rejects(plan([full], 'one', { cohortBy: 'entity' }), {
    code: 'CORE_INPUT_INVALID',
    faults: [{ pointer: '/keys/entity' }],
  })
  await t.rejects(plan([full], 'one', { together: [{ plugin: 'one', version: '1.1.0' }] }), {
    code: 'CORE_INPUT_INVALID',
    faults: [{ pointer: '/together/0/plugin' }],
  })
})

t.test(
  'steps that are left out are chosen by the traffic, and the choice is explained',
  async (t) => {
    const rollout = await rollouts.create(operator, {
      plugin: 'one',
      version: '1.1.0',
      callsPerDay: 40,
    })
    t.match(rollout.planChoice, { traffic: 'rare', callsPerDay: 40 })
    t.match(rollout.planChoice?.sentence.en, /about 40 calls a day/)
  },
)

t.test(
  'freezes that are written while rollouts move neither stop nor meet each other',
  async (t) => {
    const time = { from: '2020-01-01T00:00:00Z', to: '2020-01-02T00:00:00Z' }
    const freeze = (plugin: string) =>
      knex.transaction((trx) =>
        putFreeze(trx, { name: 'past', plugin, time, reason: because.reason }),
      )
    const together = [{ plugin: 'two', version: '1.1.0' }]
    const { id } = await plan([1, 2, 3, 4].map(weight).concat(full as never), 'one', { together })
    await tell(id, 'start')
    const moves = [1, 2, 3, 4].map(() => tell(id, 'advance'))
    const writes = ['one', 'two', 'one', 'two'].map(freeze)
    t.same(
      (await Promise.allSettled([...moves, ...writes])).map(({ status }) => status),
      [...moves, ...writes].map(() => 'fulfilled'),
    )
    await tell(id, 'abort')
  },
)

t.test('a rollout that is tried again may draw the same keys', async (t) => {
  const first = await plan([weight(100), full])
  const again = await plan([weight(100), full], 'one', { salt: first.salt })
  t.equal(again.salt, first.salt)
  t.not(again.id, first.id)
  t.not((await plan([weight(100), full])).salt, first.salt)
})

t.test('where nothing is said of steps and traffic, the host measures', async (t) => {
  const { id } = await rollouts.create(operator, { plugin: 'one', version: '1.1.0' })
  t.match(await findRollout(knex, id), { planChoice: { traffic: 'unknown', callsPerDay: null } })
})
