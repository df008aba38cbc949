import t from 'tap'
import { BusyClock } from '../../src/broker/busy-clock.ts'

t.test('work that overlaps is counted once, and a pause between not at all', async (t) => {
  let now = 0
  const clock = new BusyClock(() => now)
  const first = Promise.withResolvers<void>()
  const second = Promise.withResolvers<void>()
  const both = [clock.during(() => first.promise)]
  now = 10
  both.push(clock.during(() => second.promise))
  now = 30
  t.equal(clock.busyMs, 30, 'also while it runs')
  first.resolve()
  await both[0]
  now = 50
  second.resolve()
  await both[1]
  now = 90
  t.equal(clock.busyMs, 50)
  await t.rejects(clock.during(() => Promise.reject(new Error('on purpose'))))
  t.equal(clock.busyMs, 50)
})
