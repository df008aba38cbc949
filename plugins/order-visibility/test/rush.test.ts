import t from 'tap'
import { Rush } from '../src/facts/rush.ts'

t.test('beyond some handlers at once it is a rush, until they end', async (t) => {
  const rush = new Rush()
  const { promise, resolve } = Promise.withResolvers<void>()
  const running = Array.from({ length: 4 }, () => rush.during(() => promise))
  t.notOk(rush.isOn)
  running.push(rush.during(() => promise))
  t.ok(rush.isOn)
  resolve()
  await Promise.all(running)
  t.notOk(rush.isOn)
})

t.test(
  'what is owed is asked for now and then while handlers run, and by the last in any case',
  async (t) => {
    const rush = new Rush()
    const { promise, resolve } = Promise.withResolvers<void>()
    const running = rush.during(() => promise)
    t.notOk(rush.isOwed(1000), 'nothing is owed')
    rush.owe()
    t.ok(rush.isOwed(1000))
    t.notOk(rush.isOwed(1000), 'once')
    rush.owe()
    t.notOk(rush.isOwed(1100), 'it was asked for just now')
    t.ok(rush.isOwed(1200))
    rush.owe()
    resolve()
    await running
    t.ok(rush.isOwed(1200), 'nobody comes after')
  },
)

t.test('a handler that fails is over too', async (t) => {
  const rush = new Rush()
  await t.rejects(rush.during(() => Promise.reject(new Error('gone'))))
  rush.owe()
  t.ok(rush.isOwed(0))
})
