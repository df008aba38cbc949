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

t.test('a place is given back when the work fails', async (t) => {
  const gate = new Gate(1, 0)
  await t.rejects(
    gate.run(() => Promise.reject(new Error('no'))),
    { message: 'no' },
  )
  t.equal(await gate.run(async () => 'in'), 'in')
})
