import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { FULL_WEIGHT_BP } from '../../src/rollout/cohort.ts'
import {
  defaultSteps,
  percentOf,
  type Step,
  type StepProgress,
  stepDecision,
  stepFaults,
} from '../../src/rollout/steps.ts'

const step: Step = { weightBp: 100, hold: { durationMs: 60_000, exposures: 30 } }
const held: StepProgress = { now: 60_000, stepStartedAt: 0, exposuresInStep: 30, verdict: 'clear' }
const last: Step = { weightBp: FULL_WEIGHT_BP, hold: {} }

t.test('the default plan has no faults', async (t) => {
  t.same(stepFaults(defaultSteps), [])
})

t.test('a plan is refused at the place that is wrong', async (t) => {
  const faulty: readonly (readonly [plan: unknown, pointers: readonly string[]])[] = [
    [undefined, ['']],
    [[], ['']],
    [new Array(51).fill(last), ['']],
    [[null, last], ['/0']],
    [[{ weightBp: 100, hold: {} }, last], ['/0/hold']],
    [[step], ['/0/weightBp']],
    [[step, step, last], ['/1/weightBp']],
    [[{ ...step, weightBp: 0 }, last], ['/0/weightBp']],
    [[{ ...step, weightBp: 1.5 }, last], ['/0/weightBp']],
    [[{ ...step, weightBp: FULL_WEIGHT_BP }, last], ['/1/weightBp']],
    [[{ ...step, weight: 3 }, last], ['/0/weight']],
    [[{ ...step, 'a/b~': 3 }, last], ['/0/a~1b~0']],
    [[{ weightBp: 100 }, last], ['/0/hold']],
    [[{ weightBp: 100, hold: { durationMs: -1 } }, last], ['/0/hold/durationMs']],
    [[{ weightBp: 100, hold: { exposures: 0 } }, last], ['/0/hold/exposures']],
    [[{ weightBp: 100, hold: { exposure: 30, durationMs: 1 } }, last], ['/0/hold/exposure']],
    [
      [{ weightBp: 100, hold: { durationMs: 1, exposures: 1, evenUnseen: true } }, last],
      ['/0/hold/evenUnseen'],
    ],
  ]
  for (const [plan, pointers] of faulty) {
    t.same(
      stepFaults(plan).map((fault) => fault.pointer),
      pointers,
      JSON.stringify(plan)?.slice(0, 80),
    )
  }
})

t.test('a plan of rising weights that ends at 100 % is accepted, whatever its holds', async () => {
  const holds = fc.record({
    durationMs: fc.integer({ min: 0, max: 86_400_000 }),
    exposures: fc.integer({ min: 1, max: 10_000 }),
  })
  const plans = fc.uniqueArray(
    fc.record({ weightBp: fc.integer({ min: 1, max: FULL_WEIGHT_BP - 1 }), hold: holds }),
    { selector: (each) => each.weightBp, maxLength: 20 },
  )
  fc.assert(
    fc.property(plans, (steps) => {
      const rising = steps.toSorted((a, b) => a.weightBp - b.weightBp)
      return stepFaults([...rising, last]).length === 0
    }),
  )
})

t.test('nothing that JSON can say makes the check throw', async () => {
  fc.assert(fc.property(fc.jsonValue(), (plan) => Array.isArray(stepFaults(plan))))
})

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
