import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { BUCKETS, bucketOf, quantileOf } from '../../../src/catalog/levels/duration-buckets.ts'
import {
  type LevelSums,
  levelMove,
  levelNames,
  levelStatus,
  levelWindows,
  MIN_CALLS,
  measuredLevel,
  type PromisedLevels,
} from '../../../src/catalog/levels/service-levels.ts'

const promises = fc.record({
  availability: fc.constantFrom(0, 50, 90, 95, 99, 99.9, 99.99, 100),
  p95Ms: fc.integer({ min: 1, max: 900_000 }),
})
const sums = fc
  .tuple(fc.nat(100_000), fc.nat(100_000), fc.nat(100_000))
  .map(([answered, failed, part]): LevelSums => {
    const timed = Math.min(answered, part)
    return { calls: answered + failed, failed, timed, slow: Math.floor(timed / 3) }
  })
const windows = fc.constantFrom(...levelWindows)
const levels = fc.constantFrom(...levelNames)

const of = (calls: number, failed: number): LevelSums => ({ calls, failed, timed: 0, slow: 0 })
const month = { burn: 1 }

t.test('a promise is judged by its share, and never on a handful of calls', async (t) => {
  const cases: readonly (readonly [number, number, number, number, string])[] = [
    // availability, calls, failed, burn, status
    [99.9, 3, 3, 1, 'unknown'],
    [99.9, MIN_CALLS - 1, MIN_CALLS - 1, 1, 'unknown'],
    [99.9, MIN_CALLS, 2, 1, 'unknown'],
    [99.9, MIN_CALLS, 3, 1, 'broken'],
    [99.9, 10_000, 10, 1, 'kept'],
    [99.9, 10_000, 11, 1, 'broken'],
    [99.9, 10_000, 144, 14.4, 'kept'],
    [99.9, 10_000, 145, 14.4, 'broken'],
    [99.9, 10_000, 31, 3, 'broken'],
    [100, 1_000_000, 0, 1, 'kept'],
    [100, 1_000_000, 1, 1, 'unknown'],
    [100, 1_000_000, 3, 1, 'broken'],
    [50, 100, 89, 14.4, 'kept'],
    [50, 100, 91, 14.4, 'broken'],
  ]
  for (const [availability, calls, failed, burn, status] of cases) {
    const found = levelStatus('availability', { availability }, of(calls, failed), { burn })
    t.equal(found, status, `${failed} of ${calls}, ${availability} %, ${burn}`)
  }
  t.equal(levelStatus('latency', { availability: 99 }, of(100, 100), month), undefined)
  const slow = { calls: 100, failed: 0, timed: 100, slow: 6 }
  t.equal(levelStatus('latency', { p95Ms: 100 }, slow, month), 'broken')
  t.equal(levelStatus('latency', { p95Ms: 100 }, { ...slow, slow: 5 }, month), 'kept')
})

t.test('more that goes wrong never makes a promise kept, and less never breaks one', async () => {
  const rank = { kept: 0, unknown: 1, broken: 2 }
  fc.assert(
    fc.property(promises, sums, windows, fc.boolean(), (promised, one, { burn }, isBroken) => {
      if (one.failed >= one.calls) return true
      const statusOf = (failed: number) =>
        levelStatus('availability', promised, { ...one, failed }, { burn, isBroken })
      const now = statusOf(one.failed)
      const worse = statusOf(one.failed + 1)
      return now === undefined || worse === undefined || rank[worse] >= rank[now]
    }),
  )
})

t.test('a window that is broken is told once, and once again when that is over', async () => {
  fc.assert(
    fc.property(
      promises,
      fc.array(sums, { maxLength: 20 }),
      windows,
      levels,
      (promised, looks, { burn }, level) => {
        let isBroken = false
        const told: string[] = []
        for (const look of looks) {
          const move = levelMove(level, promised, look, { burn, isBroken })
          if (move === undefined) continue
          told.push(move)
          isBroken = move === 'breached'
          // The same figures at the next look say nothing new.
          if (levelMove(level, promised, look, { burn, isBroken }) !== undefined) return false
        }
        return told.every((move, index) => (move === 'breached') === (index % 2 === 0))
      },
    ),
  )
})

t.test('no data is never success: what is broken lapses, and is not kept', async (t) => {
  const promised: PromisedLevels = { availability: 99 }
  const wasBroken = { burn: 1, isBroken: true }
  t.equal(levelMove('availability', promised, of(0, 0), wasBroken), 'lapsed')
  t.equal(levelMove('availability', {}, of(1000, 0), wasBroken), 'lapsed')
  t.equal(levelMove('availability', promised, of(5, 0), wasBroken), undefined)
  t.equal(levelMove('availability', promised, of(1000, 10), wasBroken), undefined, 'at the edge')
  t.equal(levelMove('availability', promised, of(1000, 9), wasBroken), 'recovered')
})

t.test('what was measured is never rounded up to what was not reached', async (t) => {
  t.equal(measuredLevel('availability', of(1_000_000, 1)), 99.99)
  t.equal(measuredLevel('availability', of(1000, 1)), 99.9)
  t.equal(measuredLevel('availability', of(3, 0)), 100)
  t.equal(measuredLevel('availability', of(0, 0)), null)
})

t.test('an estimated quantile lies within a step of the true one', async () => {
  const durations = fc.array(fc.integer({ min: 0, max: 900_000 }), { minLength: 1, maxLength: 300 })
  fc.assert(
    fc.property(durations, fc.constantFrom(0.5, 0.95, 0.99), (list, share) => {
      const counts = new Array<number>(BUCKETS).fill(0)
      for (const ms of list) counts[bucketOf(ms)] = (counts[bucketOf(ms)] ?? 0) + 1
      const sorted = list.toSorted((a, b) => a - b)
      const exact = sorted[Math.ceil(share * sorted.length) - 1] ?? 0
      const estimate = quantileOf(counts, share) ?? -1
      return (
        bucketOf(estimate) === bucketOf(exact) ||
        Math.abs(bucketOf(estimate) - bucketOf(exact)) <= 1
      )
    }),
  )
})

t.test('every duration has its bucket: the bound itself belongs to it', async (t) => {
  t.same([0, 1, 1.01, 100, 101, 900_000, 900_001].map(bucketOf), [0, 0, 1, 12, 13, 36, 37])
  t.equal(quantileOf([], 0.95), undefined)
})
