import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { FULL_WEIGHT_BP } from '../../../src/rollout/cohorts/cohort.ts'
import { defaultSteps, type Step, stepFaults } from '../../../src/rollout/plan/steps.ts'

const step: Step = { weightBp: 100, hold: { durationMs: 60_000, exposures: 30 } }
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
