import { EventEmitter, once } from 'node:events'
import t from 'tap'
import type { ServiceCall } from '../../src/broker/call-scope.ts'
import { coreErrors } from '../../src/errors.ts'
import { describeRollout } from '../../src/rollout/describe-rollout.ts'
import { RolloutController } from '../../src/rollout/rollout-controller.ts'
import { findRollout, listTransitions } from '../../src/rollout/rollout-store.ts'
import type { LiveRollout } from '../../src/rollout/routing/snapshot.ts'
import { putFreeze, removeFreeze } from '../../src/rollout/standstill/freeze-store.ts'
import { because, full, openRollouts, operator, weight } from '../support/rollouts.ts'

const { knex, clock, rollouts } = await openRollouts(t, ['one', 'two'])
await knex('tenants').insert({ id: 'acme', name: 'Acme' })

/** What the gate's service says next, and who is told that it was asked. */
const board = { answer: (): unknown => ({ allow: true }), asked: new EventEmitter() }
const callService = async (call: ServiceCall) => {
  board.asked.emit('call', call)
  const outputJson = JSON.stringify(await board.answer())
  return { outputJson, plugin: 'board', version: '1.0.0', arm: 'stable' as const }
}
const controller = new RolloutController({
  knex,
  rollouts,
  node: 'node-1',
  now: () => clock.now,
  log: { warn: (fields, message) => t.fail(message, fields) },
})
controller.start({ callService, sendHook: async () => undefined })
t.teardown(() => controller.stop())

const gate = { tenant: 'acme', service: 'governance.board', major: 1, operation: 'mayRelease' }
const bySeconds = { weightBp: 100, hold: { durationMs: 1000, evenUnseen: true } }

async function start(steps: readonly object[], more: object = {}): Promise<string> {
  const wish = { plugin: 'one', version: '1.1.0', steps: steps as never, ...more }
  const { id } = await rollouts.create(operator, wish)
  await rollouts.command(operator, id, 'start', because)
  return id
}

/** The controller looks by itself; this waits until what it sees is so, or the test's own deadline. */
async function until(id: string, isSo: (rollout: Awaited<ReturnType<typeof look>>) => boolean) {
  for (;;) {
    const rollout = await look(id)
    if (isSo(rollout)) return rollout
    controller.look()
    await new Promise((resolve) => setImmediate(resolve))
  }
}

async function look(id: string) {
  const rollout = await findRollout(knex, id)
  if (rollout === undefined) throw new Error(`no rollout ${id}`)
  return rollout
}

/** A call of the canary, as the gateway would count it. */
function countCanary(id: string, stepStartedAt: number): void {
  const cohort = { salt: id, weightBp: 10_000, cohortBy: 'app' } as const
  const live: LiveRollout = { id, from: '1.0.0', to: '1.1.0', step: 0, stepStartedAt, cohort }
  const assigned = { arm: 'canary', by: 'all', key: 'acme/erp' } as const
  controller.countersOf(id).admit(live, 'canary', 'r1', { assigned })
}

t.test('a gate is asked about this rollout, and its yes is what lets it go on', async (t) => {
  const asked = once(board.asked, 'call')
  const id = await start([{ gate: { ...gate, input: { board: 'EU' } } }, weight(100), full])
  const [call] = (await asked) as [ServiceCall]
  t.match(call, {
    tenant: 'acme',
    principal: { kind: 'host', id: `rollout:${id}` },
    service: 'governance.board',
    operation: 'mayRelease',
    input: { board: 'EU', rollout: { id, from: '1.0.0', to: '1.1.0', weightBp: 0 } },
  })
  await until(id, ({ step }) => step === 1)
  const last = (await listTransitions(knex, id)).at(-1)
  t.match(last, { command: 'advance', actor: 'judge', evidence: { gate: { kind: 'allowed' } } })
  t.match(last?.reason.en, 'lets it go on')
  await rollouts.command(operator, id, 'abort', because)
})

t.test('a no, a broken answer and a refusal hold it, with the reason', async (t) => {
  board.answer = () => ({ allow: false, reason: 'quarter end' })
  const id = await start([{ gate }, weight(100), full])
  await until(id, ({ gateAnswer }) => gateAnswer?.kind === 'refused')
  const described = await describeRollout(knex, await look(id))
  t.match(described.waiting?.en ?? '', /quarter end|being asked/)
  t.equal(described.asks, 'gate')
  clock.now += 11_000
  board.answer = () => 'yes'
  await until(id, ({ gateAnswer }) => gateAnswer?.kind === 'failed')
  clock.now += 11_000
  board.answer = () => {
    throw coreErrors.create('PLUGIN_NOT_ENABLED', { plugin: 'board', tenant: 'acme' })
  }
  await until(id, ({ gateAnswer }) => gateAnswer?.reason === 'CORE_PLUGIN_NOT_ENABLED')
  t.match(await look(id), { step: 0, state: 'running' })
  await rollouts.command(operator, id, 'abort', because)
})

t.test('in a freeze a step that is done waits, and goes on after it', async (t) => {
  const time = {
    from: new Date(clock.now - 1000).toISOString(),
    to: new Date(clock.now + 3_600_000).toISOString(),
  }
  const id = await start([bySeconds, full])
  await putFreeze(knex, { name: 'stocktaking', plugin: null, time, reason: because.reason })
  clock.now += 2000
  controller.look()
  await t.rejects(rollouts.command(operator, id, 'advance', because), { message: /no freeze/ })
  const described = await describeRollout(knex, await look(id))
  t.equal(described.step, 0)
  await removeFreeze(knex, 'stocktaking')
  await until(id, ({ step }) => step === 1)
  await rollouts.command(operator, id, 'abort', because)
  t.pass()
})

t.test(
  'a step waits for different keys, and bakes before the version becomes stable',
  async (t) => {
    const id = await start([{ ...full, hold: { units: 1 }, bake: { durationMs: 5000 } }])
    const { stepStartedAt } = await look(id)
    countCanary(id, stepStartedAt ?? 0)
    await until(id, ({ state }) => state === 'baking')
    clock.now += 6000
    await until(id, ({ state }) => state === 'completed')
    t.same(
      (await listTransitions(knex, id)).map(({ command }) => command),
      ['start', 'bake', 'promote'],
    )
    await rollouts.command(operator, id, 'rollback', because)
  },
)

t.test('of a group, the member that has to wait holds the others', async (t) => {
  const together = [{ plugin: 'two', version: '1.1.0' }]
  const hold = { exposures: 1 }
  const id = await start([{ weightBp: 100, hold }, full], { together })
  const members = await knex('rollouts')
    .where({ group_id: (await look(id)).group })
    .orderBy('id')
  const [one, other] = members.map((row) => row.id as string) as [string, string]
  countCanary(one, 0)
  controller.look()
  await t.rejects(rollouts.command(operator, other, 'approve', because), {
    code: 'CORE_ROLLOUT_COMMAND_REFUSED',
  })
  t.match(await look(one), { step: 0 })
  countCanary(other, 0)
  await until(one, ({ step }) => step === 1)
  t.match(await look(other), { step: 1 })
  await rollouts.command(operator, other, 'abort', because)
  t.match(await look(one), { state: 'aborted' })
})

const orders = {
  name: 'orders',
  event: 'orders.confirmed',
  direction: 'increase',
  tolerance: 1.5,
} as const

/** Requests of the canary that each led to an event of the metric, and as many calls of stable as its weight asks for. */
function countOrders(id: string, role: 'signal' | 'guardrail', count: number): void {
  const cohort = { salt: id, weightBp: 500, cohortBy: 'request' } as const
  const metric = { ...orders, role }
  const live: LiveRollout = { id, from: '1.0.0', to: '1.1.0', step: 0, cohort, metrics: [metric] }
  const counters = controller.countersOf(id)
  for (let call = 0; call < count; call++) {
    counters.admit(live, 'canary', `c${call}`)
    counters.countBusiness(metric, `c${call}`, 'canary')
    for (let other = 0; other < 19; other++) counters.admit(live, 'stable', `s${call} ${other}`)
  }
}

t.test('a signal pauses until a person has looked, and then its step goes on', async (t) => {
  const analysis = { metrics: [{ ...orders, role: 'signal' }] }
  const id = await start([{ weightBp: 500, hold: { exposures: 5 } }, weight(2500), full], {
    analysis,
  })
  countOrders(id, 'signal', 12)
  const paused = await until(id, ({ state }) => state === 'paused')
  t.match(paused, { pausedFor: 'signal', step: 0, acceptedStep: null })
  const last = (await listTransitions(knex, id)).at(-1)
  t.match(last?.reason.en, /held: as many as 12 of 12 events of "orders" .* the plan asks a person/)
  await rollouts.command(operator, id, 'resume', because)
  // Another twelve calls of the step that began again.
  countOrders(id, 'signal', 12)
  const next = await until(id, ({ step, state }) => step === 1 && state === 'paused')
  t.match(next, { pausedFor: 'signal', acceptedStep: 0 }, 'and at the next weight it is asked anew')
  await rollouts.command(operator, id, 'abort', because)
})

t.test('a guardrail aborts upon the same', async (t) => {
  const analysis = { metrics: [{ ...orders, role: 'guardrail' }] }
  const id = await start([{ weightBp: 500, hold: { exposures: 5000 } }, full], { analysis })
  countOrders(id, 'guardrail', 20)
  await until(id, ({ state }) => state === 'aborted')
  t.match((await listTransitions(knex, id)).at(-1)?.evidence, { ground: 'metric:orders' })
})

t.test('a share that is not the planned one pauses apart from all else', async (t) => {
  const id = await start([{ weightBp: 500, hold: { exposures: 5000 } }, full])
  const cohort = { salt: id, weightBp: 500, cohortBy: 'request' } as const
  const live: LiveRollout = { id, from: '1.0.0', to: '1.1.0', step: 0, cohort }
  for (let call = 0; call < 200; call++) controller.countersOf(id).admit(live, 'canary', `r${call}`)
  t.match(await until(id, ({ state }) => state === 'paused'), { pausedFor: 'srm' })
  await rollouts.command(operator, id, 'abort', because)
})

t.test(
  'what cannot be read is paused, and taken back after two minutes: nobody would see it fail',
  async (t) => {
    const id = await start([weight(100), full])
    const warnings: string[] = []
    const log = { warn: (_fields: object, message: string) => warnings.push(message) }
    const now = () => clock.now
    await controller.stop()
    const looks = new EventEmitter()
    const shadow = { settle: async () => void looks.emit('end') } as never
    const blind = new RolloutController({ knex, rollouts, node: 'node-2', now, log, shadow })
    t.teardown(() => blind.stop())
    // As another host may write it.
    await knex('rollout_tallies').insert({ rollout: id, node: 'node-3', judge: '{}', trips: '{}' })
    const looked = async (afterMs: number) => {
      clock.now += afterMs
      const end = once(looks, 'end')
      blind.look()
      await end
      return look(id)
    }
    for (const afterMs of [0, 10_000, 1000, 10_000]) {
      t.match(await looked(afterMs), { state: 'running' })
    }
    t.match(await looked(10_000), { state: 'paused', pausedFor: 'metrics_error' })
    t.match(await looked(80_000), { state: 'paused' })
    t.match(await looked(20_000), { state: 'aborted' })
    const reasons = (await listTransitions(knex, id)).map(({ reason }) => reason.en)
    t.match(reasons.slice(-2), [
      'paused: "calls" could not be read 4 times in a row',
      'stopped: "calls" could not be read for 131 s',
    ])
    t.equal(warnings.length, 1, 'told when it began')
  },
)

t.test(
  'a node that does not hear brings no version further, and takes a bad one back',
  async (t) => {
    const id = await start([bySeconds, full], { plugin: 'two' })
    await controller.stop()
    let isDeaf = true
    const looks = new EventEmitter()
    const deaf = new RolloutController({
      knex,
      rollouts,
      node: 'node-4',
      now: () => clock.now,
      isDeaf: () => isDeaf,
      shadow: { settle: async () => void looks.emit('end') } as never,
      log: { warn: (fields, message) => t.fail(message, fields) },
    })
    t.teardown(() => deaf.stop())
    const looked = async () => {
      const end = once(looks, 'end')
      deaf.look()
      await end
      return look(id)
    }
    clock.now += 2000
    t.match(await looked(), { step: 0 })
    isDeaf = false
    t.match(await looked(), { step: 1 })
    isDeaf = true
    deaf.countersOf(id).tripped('canary', 'load', clock.now)
    t.match(await looked(), { state: 'aborted' })
  },
)

t.test('a member that cannot be read keeps the judge from no other of its group', async (t) => {
  const together = [{ plugin: 'two', version: '1.1.0' }]
  const id = await start([weight(100), full], { together })
  const members = await knex('rollouts')
    .where({ group_id: (await look(id)).group })
    .orderBy('id')
  const [one, other] = members.map((row) => row.id as string) as [string, string]
  await knex('rollout_tallies').insert({ rollout: one, node: 'node-3', judge: '{}', trips: '{}' })
  const looks = new EventEmitter()
  const shadow = { settle: async () => void looks.emit('end') } as never
  const log = { warn: () => undefined }
  const half = new RolloutController({
    knex,
    rollouts,
    node: 'n-5',
    now: () => clock.now,
    log,
    shadow,
  })
  t.teardown(() => half.stop())
  half.countersOf(other).tripped('canary', 'load', clock.now)
  const end = once(looks, 'end')
  half.look()
  await end
  t.match(await look(other), { state: 'aborted' })
  t.match(await look(one), { state: 'aborted' })
})

t.test('what was read and cannot be judged is taken back after two minutes as well', async (t) => {
  const id = await start([weight(100), full])
  const looks = new EventEmitter()
  const shadow = { settle: async () => void looks.emit('end') } as never
  const log = { warn: () => undefined }
  const blind = new RolloutController({
    knex,
    rollouts,
    node: 'n-6',
    now: () => clock.now,
    log,
    shadow,
  })
  t.teardown(() => blind.stop())
  // Read and summed it can be; upon such a plan the judge itself fails.
  const analysis = JSON.stringify({ metrics: [null] })
  await knex('rollouts').where({ id }).update({ analysis })
  for (const afterMs of [0, 60_000, 61_000]) {
    clock.now += afterMs
    const end = once(looks, 'end')
    blind.look()
    await end
  }
  t.match(await look(id), { state: 'aborted' })
})
