import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { DocumentRollouts } from '../../../src/rollout/documents/document-rollouts.ts'
import { documentPlan } from '../../../src/rollout/documents/document-wish.ts'
import { pickToken, readPick } from '../../../src/rollout/documents/pick-token.ts'
import { rolloutsCalls } from '../../../src/rollout/documents/rollouts-calls.ts'
import { stepFaults } from '../../../src/rollout/plan/steps.ts'
import { askingBroker } from '../../support/asking-broker.ts'

const kind = 'inspection-plan'
const grants = [{ id: 'grt_1', capability: 'rollout:use', parameters: { kind } }]
const rollout = 'rol_0123456789abcdef'

/** What comes through to the work, which is tested beside it. */
function asking(clock = () => 0) {
  const done: string[] = []
  const work = (name: string) => async () => {
    done.push(name)
    return { id: rollout }
  }
  const documents = Object.assign(Object.create(DocumentRollouts.prototype), {
    plan: work('plan'),
    command: work('command'),
    pick: work('pick'),
    report: work('report'),
  })
  return { ...askingBroker({ calls: rolloutsCalls(documents), grants, clock }), done }
}

t.test('a plan and a move have a budget; to go back and to pick has none', async (t) => {
  const { ask, done } = asking()
  const plan = { kind, id: 'P-7', from: '1', to: '2' }
  for (let n = 0; n < 60; n++) await ask('rollouts.plan', plan)
  await t.rejects(ask('rollouts.plan', plan), { code: 'CORE_BUDGET_SPENT' })
  const move = { kind, rollout, command: 'start' }
  await t.rejects(ask('rollouts.move', move), { code: 'CORE_BUDGET_SPENT' })
  t.equal(done.length, 60)
  await ask('rollouts.stop', { kind, rollout, command: 'abort' })
  await ask('rollouts.pick', { kind, id: 'P-7' })
  await ask('rollouts.report', { kind, pick: null, outcome: 'ok' })
  t.equal(done.length, 63)
})

t.test('nothing is done without a grant of the kind, nor for the plugin itself', async (t) => {
  const { ask, done } = asking()
  const requests: readonly (readonly [string, object])[] = [
    ['rollouts.plan', { id: 'P-7', from: '1', to: '2' }],
    ['rollouts.move', { rollout, command: 'start' }],
    ['rollouts.stop', { rollout, command: 'abort' }],
    ['rollouts.pick', { id: 'P-7' }],
    ['rollouts.report', { pick: null, outcome: 'ok' }],
  ]
  for (const [name, request] of requests) {
    for (const other of ['mail', 'plugin', 'inspection-plan.x']) {
      await t.rejects(ask(name, { ...request, kind: other }), { code: 'CORE_GRANT_MISSING' })
    }
    const stranger = ask(name, { ...request, kind }, { tenant: 'globex' })
    await t.rejects(stranger, { code: 'CORE_GRANT_MISSING' })
  }
  await t.rejects(ask('rollouts.stop', { kind, rollout, command: 'approve' }), {
    code: 'CORE_INPUT_INVALID',
  })
  t.same(done, [])
})

t.test('what moves is in the audit, with what was asked', async (t) => {
  const { ask, audited } = asking()
  await ask('rollouts.plan', { kind, id: 'P-7', from: '1', to: '2' })
  await ask('rollouts.stop', { kind, rollout, command: 'abort' })
  await ask('rollouts.pick', { kind, id: 'P-7' })
  t.match(audited, [
    { action: 'capability.rollouts.plan', subject: `${kind} P-7`, detail: { from: '1', to: '2' } },
    { action: 'capability.rollouts.stop', subject: rollout, detail: { command: 'abort' } },
  ])
  t.equal(audited.length, 2)
})

t.test('whatever is wished for, the plan is of the tenant, or its faults have places', async () => {
  const member = fc.constantFrom('app:acme/erp', 'app:globex/erp', 'tenant:acme', 'unit:acmex/u', 7)
  const step = fc.oneof(
    fc.record({ weightBp: fc.constantFrom(1, 500, 10_000), hold: fc.constant({ exposures: 1 }) }),
    fc.record({ approve: fc.record({ tenant: fc.constantFrom('acme', 'globex') }) }),
    fc.constant({ weightBp: 500, hold: { exposures: 1 }, cohort: 'suzhou' }),
    fc.constant({ shadow: {} }),
    fc.jsonValue(),
  )
  const wish = fc.record(
    {
      steps: fc.oneof(fc.array(step, { maxLength: 4 }), fc.jsonValue()),
      deny: fc.oneof(fc.array(member, { maxLength: 3 }), fc.jsonValue()),
      allow: fc.array(member, { maxLength: 3 }),
      callsPerDay: fc.double({ min: 0, max: 1e12, noNaN: true }),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(wish, (more) => {
      const found = documentPlan({ kind, id: 'P', from: '1', to: '2', ...more } as never, 'acme')
      if ('faults' in found) return found.faults.every(({ pointer }) => pointer.startsWith('/'))
      const { steps, lists } = found.plan
      const isOwn = !JSON.stringify([steps, lists]).includes('globex')
      return isOwn && stepFaults(steps).length === 0
    }),
  )
})

t.test('a pick is read by whose it is, and by nobody else, whatever is sent', async (t) => {
  const key = Buffer.alloc(32, 'k')
  const owner = { tenant: 'acme', plugin: '@acme/one', kind }
  const picked = { rollout, arm: 'canary', probability: 0.05, requestId: 'r', nonce: 'n' } as const
  const token = pickToken(key, owner, picked)
  t.same(readPick(key, owner, token), picked)
  const others = [{ tenant: 'globex' }, { plugin: '@acme/two' }, { kind: 'mail' }]
  for (const other of others) t.equal(readPick(key, { ...owner, ...other }, token), undefined)
  t.equal(readPick(Buffer.alloc(32, 'x'), owner, token), undefined)
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.nat(token.length - 1)), (odd) => {
      const sent =
        typeof odd === 'string'
          ? odd
          : `${token.slice(0, odd)}${token[odd] === 'A' ? 'B' : 'A'}${token.slice(odd + 1)}`
      const read = readPick(key, owner, sent)
      // The last character of base64url has bits that say nothing.
      return read === undefined || JSON.stringify(read) === JSON.stringify(picked)
    }),
  )
})
