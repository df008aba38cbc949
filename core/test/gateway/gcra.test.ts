import { type GcraLimit, gcra } from '@signalbox/sdk/host-calls/gcra'
import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'

const limits = fc.record({
  ratePerS: fc.double({ min: 0.1, max: 5000, noNaN: true }),
  burst: fc.integer({ min: 1, max: 500 }),
})

/** Calls at the given instants; how many of them pass. */
function passed(limit: GcraLimit, instants: readonly number[]): number {
  let tat: number | undefined
  let count = 0
  for (const now of instants) {
    const verdict = gcra(limit, tat, now)
    tat = verdict.tat
    if (verdict.allowed) count += 1
  }
  return count
}

t.test('exactly the burst passes when all come at once', async () => {
  fc.assert(
    fc.property(limits, fc.integer({ min: 0, max: 1e8 }), (limit, now) => {
      const instants = new Array(limit.burst + 50).fill(now)
      return passed(limit, instants) === limit.burst
    }),
  )
})

t.test('over any stretch no more pass than rate × time + burst', async () => {
  fc.assert(
    fc.property(
      limits,
      fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 300 }),
      (limit, gaps) => {
        let now = 0
        const instants = gaps.map((gap) => (now += gap))
        return (
          passed(limit, instants) <= Math.floor((limit.ratePerS * now) / 1000 + 1e-3) + limit.burst
        )
      },
    ),
  )
})

t.test('a refused call passes after the wait it is told, and not before', async () => {
  fc.assert(
    fc.property(limits, (limit) => {
      let tat: number | undefined
      for (let call = 0; call < limit.burst; call++) tat = gcra(limit, tat, 1000).tat
      const refused = gcra(limit, tat, 1000)
      const early = gcra(limit, refused.tat, 1000 + refused.retryAfterMs * 0.9)
      const late = gcra(limit, refused.tat, 1000 + refused.retryAfterMs + 1e-3)
      return !refused.allowed && !early.allowed && late.allowed
    }),
  )
})

t.test('what remains is what would pass right now', async () => {
  fc.assert(
    fc.property(limits, fc.integer({ min: 1, max: 500 }), (limit, calls) => {
      let tat: number | undefined
      let remaining = limit.burst
      for (let call = 0; call < calls; call++) {
        const verdict = gcra(limit, tat, 0)
        tat = verdict.tat
        remaining = verdict.remaining
      }
      return (
        passed(limit, new Array(calls + remaining).fill(0)) ===
        Math.min(calls + remaining, limit.burst)
      )
    }),
  )
})
