import t from 'tap'
import type { ServiceAnswer } from '../../../src/broker/call-scope.ts'
import type { Gate } from '../../../src/rollout/plan/gate.ts'
import { GateKeeper } from '../../../src/rollout/plan/gate-keeper.ts'
import { findRollout, putGateAnswer, type Rollout } from '../../../src/rollout/rollout-store.ts'
import { because, full, openRollouts, operator } from '../../support/rollouts.ts'

const { knex, clock, rollouts } = await openRollouts(t, ['one', 'two'])
const log = { warn: (fields: object, message: string) => t.fail(message, fields) }
const gate: Gate = {
  tenant: 'acme',
  service: 'governance.board',
  major: 1,
  operation: 'mayRelease',
  deadlineMs: 30_000,
}
await knex('tenants').insert({ id: 'acme', name: 'Acme' })

async function started(more: object = {}): Promise<Rollout> {
  const wish = { plugin: 'one', version: '1.1.0', steps: [{ gate }, full] as never, ...more }
  const { id } = await rollouts.create(operator, wish)
  return rollouts.command(operator, id, 'start', because)
}

/** A keeper as one node has it, whose service answers when the test says so. */
function keeperOf() {
  const answers: ((output: object) => void)[] = []
  let answered: () => void = () => undefined
  const keeper = new GateKeeper({
    knex,
    log,
    now: () => clock.now,
    onAnswer: () => answered(),
    sendHook: async () => undefined,
    callService: () => {
      const { promise, resolve } = Promise.withResolvers<ServiceAnswer>()
      answers.push((output) => {
        const outputJson = JSON.stringify(output)
        resolve({ outputJson, plugin: 'board', version: '1.0.0', arm: 'stable' })
      })
      return promise
    },
  })
  t.teardown(() => keeper.stop())
  const kept = () =>
    new Promise<void>((resolve) => {
      answered = resolve
    })
  return { keeper, answers, kept }
}

t.test(
  'of two answers the one that was asked for later counts, whichever comes last',
  async (t) => {
    const rollout = await started()
    const [slow, quick] = [keeperOf(), keeperOf()]
    slow.keeper.ask([rollout], gate)
    clock.now += 1000
    quick.keeper.ask([rollout], gate)
    const kept = quick.kept()
    quick.answers[0]?.({ allow: false, reason: 'quarter end' })
    await kept
    clock.now += 1000
    slow.answers[0]?.({ allow: true })
    // It asks again only when what came was dealt with.
    while (slow.answers.length === 1) {
      slow.keeper.ask([rollout], gate)
      await new Promise(setImmediate)
    }
    const found = await findRollout(knex, rollout.id)
    t.match(found?.gateAnswer, { kind: 'refused', askedAt: clock.now - 1000 })
    await rollouts.command(operator, rollout.id, 'abort', because)
  },
)

t.test(
  'a question that is under way when the host closes ends at once, and writes nothing',
  async (t) => {
    const rollout = await started()
    const { keeper, answers } = keeperOf()
    keeper.ask([rollout], gate)
    const began = performance.now()
    await keeper.stop()
    t.ok(performance.now() - began < 5000, 'the gate has thirty seconds')
    answers[0]?.({ allow: true })
    keeper.ask([rollout], gate)
    t.equal(answers.length, 1, 'nothing is asked any more')
    t.equal((await findRollout(knex, rollout.id))?.gateAnswer, null)
    await rollouts.command(operator, rollout.id, 'abort', because)
  },
)

t.test('an answer of a group locks its rollouts as a move does, by id', async (t) => {
  const lead = await started({ together: [{ plugin: 'two', version: '1.1.0' }] })
  const ids: string[] = await knex('rollouts')
    .where({ group_id: lead.group })
    .orderBy('id')
    .pluck('id')
  const [low = '', high = ''] = ids
  // Written last, it is met last by whoever goes through the table.
  await knex('rollouts').where({ id: low }).update({ updated_at: new Date() })
  const answer = {
    revision: lead.revision,
    at: 1,
    askedAt: 1,
    kind: 'allowed',
    reason: '',
  } as const
  const move = await knex.transaction()
  await move('rollouts').where({ id: low }).forUpdate()
  const putting = putGateAnswer(knex, ids, answer)
  const waiting = () =>
    knex.raw(
      "select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
    )
  while ((await waiting()).rows.length === 0) await new Promise(setImmediate)
  await t.resolves(move('rollouts').where({ id: high }).forUpdate().noWait(), 'no circle')
  await move.commit()
  t.ok(await putting)
  await rollouts.command(operator, lead.id, 'abort', because)
})
