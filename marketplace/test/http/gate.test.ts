import t from 'tap'
import { Gate } from '../../src/http/gate.ts'

t.test('a gate lets its number through, lines up a few, and turns the rest away', async (t) => {
  const gate = new Gate(1, 1)
  const leaveFirst = await gate.enter()
  let isSecondIn = false
  const second = gate.enter().then((leave) => {
    isSecondIn = true
    return leave
  })
  await t.rejects(gate.enter(), { code: 'MKT_BUSY', status: 503, retryAfterS: 5 })
  t.notOk(isSecondIn)
  leaveFirst()
  leaveFirst()
  const leaveSecond = await second
  await Promise.all([gate.enter(), Promise.resolve().then(leaveSecond)])
})

t.test('who fills his own part of it leaves the rest to others', async (t) => {
  const gate = new Gate(2, 3, { places: 1, waiting: 1 })
  const leave = await gate.enter('slow')
  const again = gate.enter('slow')
  await t.rejects(gate.enter('slow'), { code: 'MKT_BUSY' })
  const leaveOther = await gate.enter('other')
  const third = gate.enter('third')
  leaveOther()
  const leaveThird = await third
  leaveThird()
  const isIn = await Promise.race([again.then(() => true), gate.enter('fourth').then(() => false)])
  t.equal(isIn, false, 'its second waits for its first')
  leave()
  ;(await again)()
  t.equal(typeof (await gate.enter('slow')), 'function')
})

t.test('a place is given back when the work fails', async (t) => {
  const gate = new Gate(1, 0)
  await t.rejects(
    gate.run(() => Promise.reject(new Error('no'))),
    { message: 'no' },
  )
  t.equal(await gate.run(async () => 'in'), 'in')
})
