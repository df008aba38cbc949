import fc from 'fast-check'
import t from 'tap'
import { FULL_WEIGHT_BP } from '../../src/rollout/cohort.ts'
import { percentOf, type StepProgress, stepDecision } from '../../src/rollout/step-decision.ts'
import { defaultSteps, type Step } from '../../src/rollout/steps.ts'

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
      (each, verdict, now, exposuresInStep) =>
        stepDecision(each, { now, stepStartedAt: 0, exposuresInStep, verdict }).kind === 'hold',
    ),
  )
})

t.test('a clock that was set back makes a hold longer, never shorter', async (t) => {
  t.equal(stepDecision(step, { ...held, stepStartedAt: 1e9 }).kind, 'hold')
})

t.test('basis points read as per cent', async (t) => {
  t.equal(percentOf(1), '0.01 %')
  t.equal(percentOf(2550), '25.5 %')
  t.equal(percentOf(FULL_WEIGHT_BP), '100 %')
})
