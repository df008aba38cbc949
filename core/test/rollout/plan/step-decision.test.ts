import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { FULL_WEIGHT_BP } from '../../../src/rollout/cohorts/cohort.ts'
import {
  percentOf,
  type StepProgress,
  stepDecision,
} from '../../../src/rollout/plan/step-decision.ts'
import { defaultSteps, type Step } from '../../../src/rollout/plan/steps.ts'

const step: Step = { weightBp: 100, hold: { durationMs: 60_000, exposures: 30 } }
const held: StepProgress = { now: 60_000, stepStartedAt: 0, exposuresInStep: 30, verdict: 'clear' }
const last: Step = { weightBp: FULL_WEIGHT_BP, hold: {} }

t.test('a step advances once time and exposures are both met', async (t) => {
  t.equal(stepDecision(step, held).kind, 'advance')
  t.equal(stepDecision(step, { ...held, now: 59_999 }).kind, 'hold')
  t.equal(stepDecision(step, { ...held, exposuresInStep: 29 }).kind, 'hold')
  t.match(stepDecision(step, { ...held, exposuresInStep: 29 }).reason.en, '29 of 30 calls')
})

t.test('no data is never success, unless the plan says so', async (t) => {
  const unseen = { ...held, exposuresInStep: 0, now: 1e12 }
  const byTime: Step = { weightBp: 100, hold: { durationMs: 1000 } }
  t.equal(stepDecision(byTime, unseen).kind, 'hold')
  t.match(stepDecision(byTime, unseen).reason.en, 'no data is never success')
  t.equal(stepDecision(last, unseen).kind, 'hold')
  const evenUnseen: Step = { weightBp: 100, hold: { durationMs: 1000, evenUnseen: true } }
  t.equal(stepDecision(evenUnseen, unseen).kind, 'advance')
})

t.test('the step at 100 % completes the rollout', async (t) => {
  t.equal(stepDecision(last, { ...held, exposuresInStep: 1 }).kind, 'complete')
})

t.test('no step goes on against the judge, however long it was held', async () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...defaultSteps),
      fc.constantFrom('stop' as const, 'suspect' as const),
      fc.nat(1e9),
      fc.nat(1e6),
      (each, verdict, now, exposuresInStep) => {
        const { kind } = stepDecision(each, { now, stepStartedAt: 0, exposuresInStep, verdict })
        return kind === (verdict === 'stop' ? 'hold' : 'pause')
      },
    ),
  )
})

t.test('what looks wrong pauses for its reason, until a person let the step go on', async (t) => {
  const sentence = { en: 'held: look at it', 'zh-CN': '已暂缓' }
  const suspicion = { ground: 'metric:orders', sentence, isAccepted: false } as const
  const suspect = { ...held, verdict: 'suspect', suspicion } as const
  t.same(stepDecision(step, suspect), { kind: 'pause', reason: sentence, pauseFor: 'signal' })
  const share = { ...suspect, suspicion: { ...suspicion, ground: 'share' } } as const
  t.match(stepDecision(step, share), { kind: 'pause', pauseFor: 'srm' })
  const accepted = { ...suspect, suspicion: { ...suspicion, isAccepted: true } }
  t.equal(stepDecision(step, accepted).kind, 'advance')
  t.equal(stepDecision(step, { ...accepted, verdict: 'stop' }).kind, 'hold', 'but no stop is')
})

t.test('a step that asks for proof waits for it with figures, and pauses without', async (t) => {
  const hold = { durationMs: 60_000, evidence: 'noninferior', rMax: 3, mostMs: 120_000 } as const
  const proven: Step = { weightBp: 5000, hold }
  const few = { ...held, failuresAt: { 5000: { canary: 2, stable: 3 } } }
  const waits = stepDecision(proven, few)
  t.equal(waits.kind, 'hold')
  t.match(waits.reason.en, '2 of 5 failed calls were of the new version; evidence')
  t.match(stepDecision(proven, { ...few, now: 120_000 }), {
    kind: 'pause',
    pauseFor: 'inconclusive',
  })
  const many = { ...held, failuresAt: { 5000: { canary: 10, stable: 12 } } }
  t.equal(stepDecision(proven, many).kind, 'advance')
})

t.test('a clock that was set back makes a hold longer, never shorter', async (t) => {
  t.equal(stepDecision(step, { ...held, stepStartedAt: 1e9 }).kind, 'hold')
})

t.test('basis points read as per cent', async (t) => {
  t.equal(percentOf(1), '0.01 %')
  t.equal(percentOf(2550), '25.5 %')
  t.equal(percentOf(FULL_WEIGHT_BP), '100 %')
})

t.test('a step waits for as many different keys as it names', async (t) => {
  const byUnits: Step = { weightBp: 100, hold: { units: 3 } }
  const seen = { ...held, exposuresInStep: 40 }
  t.match(stepDecision(byUnits, { ...seen, unitsInStep: 2 }), { kind: 'hold' })
  t.match(stepDecision(byUnits, { ...seen, unitsInStep: 2 }).reason.en, '2 of 3 different keys')
  t.equal(stepDecision(byUnits, { ...seen, unitsInStep: 3 }).kind, 'advance')
})

t.test('a step that is given a longest time pauses, and says what was missing', async (t) => {
  const patient: Step = { weightBp: 100, hold: { exposures: 30, mostMs: 60_000 } }
  const at = (exposuresInStep: number) => stepDecision(patient, { ...held, exposuresInStep })
  t.match(at(0), { kind: 'pause', pauseFor: 'no_traffic' })
  t.match(at(29), { kind: 'pause', pauseFor: 'inconclusive' })
  t.equal(at(30).kind, 'advance')
})

t.test('at 100 % a version bakes before it becomes stable, and again after a pause', async (t) => {
  const bakes: Step = { ...last, bake: { durationMs: 1000 } }
  const seen = { ...held, exposuresInStep: 1 }
  t.equal(stepDecision(bakes, { ...seen, state: 'running' }).kind, 'bake')
  t.equal(stepDecision(bakes, { ...seen, state: 'baking', stepStartedAt: 59_001 }).kind, 'hold')
  t.equal(stepDecision(bakes, { ...seen, state: 'baking', stepStartedAt: 59_000 }).kind, 'complete')
})

t.test('an approval is asked for only once everything else is clear', async (t) => {
  const approval: Step = { approve: { tenant: 'acme' } }
  t.match(stepDecision(approval, held), { kind: 'hold', asks: 'approval' })
  const frozen = { en: 'frozen', 'zh-CN': '冻结' }
  for (const more of [{ frozen }, { verdict: 'suspect' as const }]) {
    t.notOk('asks' in stepDecision(approval, { ...held, ...more }))
  }
})

t.test('a freeze holds whatever else is met, at every step', async () => {
  const frozen = { en: 'frozen', 'zh-CN': '冻结' }
  fc.assert(
    fc.property(fc.constantFrom(...defaultSteps), fc.nat(1e9), fc.nat(1e6), (each, now, calls) => {
      const progress = { ...held, now, exposuresInStep: calls, frozen }
      return stepDecision(each, progress).kind === 'hold'
    }),
  )
})
