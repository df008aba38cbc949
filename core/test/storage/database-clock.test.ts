import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { clockReading, DatabaseClock, sharperReading } from '../../src/storage/database-clock.ts'

t.test('it is read before it is asked', async (t) => {
  const clock = new DatabaseClock(() => 0)
  t.throws(() => clock.now(), { message: /never read/ })
})

t.test('between two readings it goes by the monotonic clock alone', async (t) => {
  let monotonic = 100
  const clock = new DatabaseClock(() => monotonic)
  monotonic = 102
  clock.heard(1_000_000, 100)
  t.equal(clock.now(), 1_000_001, 'the answer holds for the middle of the way')
  monotonic = 60_102
  t.equal(clock.now(), 1_060_001)
})

t.test('a slow answer moves nothing, and a clock that was set is followed', async (t) => {
  const sharp = clockReading(1000, 0, 2)
  const slow = clockReading(1400, 100, 800)
  t.equal(sharperReading(sharp, slow), sharp)
  const set = clockReading(3_601_000, 1000, 1002)
  t.equal(sharperReading(sharp, set), set)
  const later = clockReading(61_000, 60_000, 60_004)
  t.equal(sharperReading(sharp, later), later, 'after a minute the first is no sharper any more')
})

t.test('whatever the ways of its answers, it is off by half of the longest at most', async (t) => {
  const way = fc.record({ out: fc.nat({ max: 300 }), back: fc.nat({ max: 300 }) })
  fc.assert(
    fc.property(fc.array(way, { minLength: 1, maxLength: 30 }), (ways) => {
      let monotonic = 0
      const truth = () => 5_000_000 + monotonic
      const clock = new DatabaseClock(() => monotonic)
      for (const { out, back } of ways) {
        monotonic += 500
        const askedAt = monotonic
        monotonic += out
        const said = truth()
        monotonic += back
        clock.heard(said, askedAt)
      }
      const worst = Math.max(...ways.map(({ out, back }) => out + back)) / 2
      // A half for the rounding.
      return Math.abs(clock.now() - truth()) <= worst + 0.5
    }),
  )
  t.pass()
})
