import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import {
  earnReplays,
  fullReplayBudget,
  spendReplay,
} from '../../../src/rollout/judge/replay-budget.ts'

t.test('in an outage second attempts stay a twentieth of the calls, after a burst', async () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5000 }), (calls) => {
      let budget = fullReplayBudget
      let replays = 0
      for (let call = 0; call < calls; call++) {
        budget = earnReplays(budget, 1)
        const left = spendReplay(budget)
        if (left === undefined) continue
        budget = left
        replays += 1
      }
      return replays <= 100 + calls * 0.05 + 1
    }),
  )
})

t.test('what is not used is saved up to the burst and no further', async (t) => {
  t.same(earnReplays(fullReplayBudget, 1_000_000), fullReplayBudget)
})
