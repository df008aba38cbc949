import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { stepFaults } from '../../../src/rollout/plan/steps.ts'

const shadow = { sample: 0.2, minRequests: 200, maxDiff: 0.002 }
const full = { weightBp: 10_000, hold: {} }
const pointers = (plan: unknown) => stepFaults(plan).map(({ pointer }) => pointer)

t.test('a shadow step stands before the first weight', async (t) => {
  const one = { weightBp: 100, hold: { exposures: 1 } }
  t.same(stepFaults([{ shadow }, one, full]), [])
  const named = { ...shadow, replay: true, ignore: ['/rows/[]/at', '/*'], sets: ['/rows'] }
  t.same(stepFaults([{ shadow: named }, full]), [])
  t.same(pointers([one, { shadow }, full]), ['/1/shadow'])
  t.same(pointers([{ shadow }]), ['/0'], 'something must come after it')
  t.same(pointers([{ shadow, weightBp: 1 }, full]), ['/0'], 'it has no weight')
  t.same(pointers([{ shadow, hold: {} }, full]), ['/0/hold'])
})

t.test('a plan for it is refused at the place that is wrong', async (t) => {
  const wrong: readonly (readonly [object, string])[] = [
    [{ sample: 0 }, '/sample'],
    [{ sample: 1.1 }, '/sample'],
    [{ sample: Number.NaN }, '/sample'],
    [{ minRequests: 0 }, '/minRequests'],
    [{ minRequests: 1.5 }, '/minRequests'],
    [{ maxDiff: 1 }, '/maxDiff'],
    [{ maxDiff: -0.1 }, '/maxDiff'],
    [{ replay: 'yes' }, '/replay'],
    [{ ignore: ['at'] }, '/ignore'],
    [{ ignore: ['/rows//at'] }, '/ignore'],
    [{ sets: Array.from({ length: 101 }, () => '/a') }, '/sets'],
    [{ other: 1 }, '/other'],
  ]
  for (const [change, at] of wrong) {
    t.same(pointers([{ shadow: { ...shadow, ...change } }, full]), [`/0/shadow${at}`])
  }
  for (const plan of [null, [], 'on', 1]) t.same(pointers([{ shadow: plan }, full]), ['/0/shadow'])
})

t.test('nothing that JSON can say makes the check throw', async (t) => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (plan, value) => {
      t.ok(Array.isArray(stepFaults([{ shadow: plan }, full])))
      t.ok(Array.isArray(stepFaults([{ shadow: { ...shadow, ignore: value } }, full])))
    }),
  )
})
