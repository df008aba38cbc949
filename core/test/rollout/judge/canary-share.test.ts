import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import {
  type CanaryShare,
  emptyShare,
  observeCall,
  observeCalls,
  shareProbability,
} from '../../../src/rollout/judge/canary-share.ts'

function after(calls: readonly boolean[]): CanaryShare {
  return calls.reduce(observeCall, emptyShare)
}

t.test('it is a probability, and at least the share of the whole step', async () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 400 }), (calls) => {
      const probability = shareProbability(after(calls))
      const share = calls.filter(Boolean).length / Math.max(1, calls.length)
      return probability >= share && probability <= 1
    }),
  )
})

t.test('the first call of a step proves nothing', async (t) => {
  t.equal(shareProbability(after([true])), 1)
})

t.test('mixed traffic gives about its share', async (t) => {
  const calls = Array.from({ length: 4000 }, (_, call) => call % 20 === 0)
  const probability = shareProbability(after(calls))
  t.ok(probability >= 0.05 && probability < 0.1, String(probability))
})

t.test('a batch of the canary is seen within some calls', async (t) => {
  const quiet = new Array<boolean>(10_000).fill(false)
  const batch = new Array<boolean>(25).fill(true)
  t.ok(shareProbability(after([...quiet, ...batch])) > 0.45)
  t.ok(shareProbability(after([...quiet, ...batch, ...batch, ...batch])) > 0.8)
})

t.test('many calls at once count as one by one', async (t) => {
  const one = observeCalls(emptyShare, { canary: 0, calls: 500 })
  const other = after(new Array<boolean>(500).fill(false))
  t.equal(one.calls, other.calls)
  t.equal(one.canary, other.canary)
})
