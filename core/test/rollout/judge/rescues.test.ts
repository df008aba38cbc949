import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { addRescues, logRescueEvidence, noRescues } from '../../../src/rollout/judge/rescues.ts'

t.test('for a rescue rate of up to a half the expected e-value never grows', async () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 200 }),
      fc.integer({ min: 0, max: 200 }),
      fc.double({ min: 0, max: 0.5, noNaN: true }),
      (rescued, stood, rate) => {
        const now = logRescueEvidence({ rescued, stood })
        const up = Math.exp(logRescueEvidence({ rescued: rescued + 1, stood }) - now)
        const down = Math.exp(logRescueEvidence({ rescued, stood: stood + 1 }) - now)
        return rate * up + (1 - rate) * down <= 1 + 1e-9
      },
    ),
  )
})

t.test('without a call it says nothing, and nodes add up', async (t) => {
  t.ok(Math.abs(logRescueEvidence(noRescues)) < 1e-12)
  t.same(addRescues({ rescued: 1, stood: 2 }, { rescued: 3, stood: 4 }), { rescued: 4, stood: 6 })
})
