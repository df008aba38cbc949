import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { type GateStep, gateFaults } from '../../../src/rollout/plan/gate.ts'
import { hookFaults } from '../../../src/rollout/plan/hook.ts'
import { freshAnswer, GATE_FRESH_MS, gateAnswer } from '../../../src/rollout/plan/question.ts'
import { type StepProgress, stepDecision } from '../../../src/rollout/plan/step-decision.ts'
import { stepFaults } from '../../../src/rollout/plan/steps.ts'

const gate = { tenant: 'acme', service: 'governance.board', major: 1, operation: 'mayRelease' }
const step: GateStep = { gate }
const full = { weightBp: 10_000, hold: {} }
const at: StepProgress = { now: 1000, stepStartedAt: 0, exposuresInStep: 0, verdict: 'clear' }
const asked = { revision: 3, at: 1000 }

t.test('only allow: true is a yes, whatever else the service answers', async () => {
  fc.assert(
    fc.property(fc.jsonValue(), (answer) => {
      const isYes = (answer as { allow?: unknown } | null)?.allow === true
      return (gateAnswer(answer, asked).kind === 'allowed') === (isYes && !Array.isArray(answer))
    }),
  )
})

t.test('a yes lets the step end, and nothing else does', async (t) => {
  const told = (answer: unknown) => stepDecision(step, { ...at, gate: gateAnswer(answer, asked) })
  t.match(told({ allow: true }), { kind: 'advance' })
  t.match(told({ allow: false, reason: 'quarter end' }), { kind: 'hold', asks: 'gate' })
  t.match(told({ allow: false, reason: 'quarter end' }).reason.en, 'quarter end')
  t.match(told('yes'), { kind: 'hold' })
  t.match(stepDecision(step, at), { kind: 'hold', asks: 'gate' })
})

t.test('a yes does not outweigh the judge or a freeze', async (t) => {
  const yes = { ...at, gate: gateAnswer({ allow: true }, asked) }
  t.match(stepDecision(step, { ...yes, verdict: 'suspect' }), { kind: 'pause' })
  const frozen = { en: 'frozen', 'zh-CN': '冻结' }
  t.match(stepDecision(step, { ...yes, frozen }), { kind: 'hold', reason: frozen })
})

t.test('without a yes in the time that the plan gives, a person is asked to look', async (t) => {
  const patient: GateStep = { gate: { ...gate, mostMs: 5000 } }
  t.equal(stepDecision(patient, { ...at, now: 4999 }).kind, 'hold')
  t.match(stepDecision(patient, { ...at, now: 5000 }), { kind: 'pause', pauseFor: 'gate' })
})

t.test('an answer counts for the revision it was given for, and not for long', async (t) => {
  const answer = gateAnswer({ allow: true }, asked)
  const fresh = (revision: number, now: number) => freshAnswer(answer, { revision, now })
  t.equal(fresh(3, 1000), answer)
  t.equal(fresh(4, 1000), undefined)
  t.equal(fresh(3, 1000 + GATE_FRESH_MS), undefined)
  t.equal(fresh(3, 999), undefined, 'a clock that was set back')
})

t.test('a gate is refused at the place that is wrong', async (t) => {
  const faulty: readonly (readonly [gate: unknown, pointers: readonly string[]])[] = [
    ['board', ['/0/gate']],
    [{ ...gate, tenant: 'Acme' }, ['/0/gate/tenant']],
    [{ ...gate, service: 'https://board' }, ['/0/gate/service']],
    [{ ...gate, major: 0 }, ['/0/gate/major']],
    [{ ...gate, operation: 'may-release' }, ['/0/gate/operation']],
    [{ ...gate, input: [] }, ['/0/gate/input']],
    [{ ...gate, input: { text: 'x'.repeat(5000) } }, ['/0/gate/input']],
    [{ ...gate, deadlineMs: 30_001 }, ['/0/gate/deadlineMs']],
    [{ ...gate, url: 'https://board' }, ['/0/gate/url']],
  ]
  for (const [one, pointers] of faulty) {
    t.same(
      stepFaults([{ gate: one }, full]).map(({ pointer }) => pointer),
      pointers,
    )
  }
  t.same(gateFaults({ ...gate, input: { board: 'EU' }, deadlineMs: 100, mostMs: 1 }, ''), [])
})

t.test('an approval is the last gate before a weight rises', async (t) => {
  const approve = { approve: { tenant: 'acme' } }
  t.same(stepFaults([{ gate }, approve, full]), [])
  t.same(
    stepFaults([approve, { gate }, full]).map(({ pointer }) => pointer),
    ['/0'],
  )
  t.same(
    stepFaults([{ weightBp: 100, hold: { durationMs: 1 } }, approve]).map(({ pointer }) => pointer),
    ['/1'],
    'nothing is left to approve at the end',
  )
})

t.test('a hook is an address to ask, and says what of it cannot be asked', async (t) => {
  const url = 'https://calendar.example.com/may-release?for=orders'
  t.same(hookFaults({ url, input: { window: 'night' }, deadlineMs: 100, mostMs: 1 }, ''), [])
  const wrong = [
    undefined,
    'calendar',
    'ftp://calendar.example.com',
    'https://me:word@calendar.example.com',
    `https://calendar.example.com/${'a'.repeat(2048)}`,
  ]
  for (const one of wrong) t.match(hookFaults({ url: one }, '/hook'), [{ pointer: '/hook/url' }])
  t.match(hookFaults({ url, method: 'PUT' }, '/hook'), [{ pointer: '/hook/method' }])
  t.match(hookFaults(url, '/hook'), [{ pointer: '/hook' }])
  const told = (answer: unknown) =>
    stepDecision({ hook: { url } }, { ...at, gate: gateAnswer(answer, asked) })
  t.match(told({ allow: true }), { kind: 'advance' })
  t.match(told({ allow: false, reason: 'quarter end' }), {
    kind: 'hold',
    asks: 'gate',
    reason: { en: 'calendar.example.com holds it: quarter end' },
  })
})
