import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { defaultPlan } from '../../../src/rollout/plan/default-plans.ts'
import { defaultSteps, isWeightStep, stepFaults } from '../../../src/rollout/plan/steps.ts'

t.test('whatever the traffic, the plan has no faults and says why it was chosen', async () => {
  const traffic = fc.option(fc.double({ min: 0, max: 1e12, noNaN: true }), { nil: undefined })
  fc.assert(
    fc.property(traffic, (callsPerDay) => {
      const { steps, choice } = defaultPlan(callsPerDay)
      const { en, 'zh-CN': zh } = choice.sentence
      return stepFaults(steps).length === 0 && en.length > 0 && zh.length > 0
    }),
  )
})

t.test('no step of a plan asks for more than about a day of the traffic it is for', async (t) => {
  for (const callsPerDay of [200, 2000, 50_000]) {
    for (const step of defaultPlan(callsPerDay).steps.filter(isWeightStep)) {
      const perDay = (callsPerDay * step.weightBp) / 10_000
      t.ok((step.hold.exposures ?? 1) <= perDay, `${callsPerDay} calls, ${step.weightBp} bp`)
    }
  }
})

t.test('the busier, the smaller the first share', async (t) => {
  const first = (calls: number) => defaultPlan(calls).steps.find(isWeightStep)?.weightBp
  t.same([10, 500, 5000, 100_000].map(first), [5000, 1000, 500, 100])
  t.equal(defaultPlan(undefined).steps, defaultSteps)
  t.match(defaultPlan(undefined).choice, { traffic: 'unknown', callsPerDay: null })
})
