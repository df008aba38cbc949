import t from 'tap'
import { Turns } from '../../src/broker/db/turns.ts'

t.test('one comes after the other, and who gives up does not hold up the next', async (t) => {
  const turns = new Turns(1)
  const { signal } = new AbortController()
  const giving = new AbortController()
  const first = Promise.withResolvers<void>()
  const seen: string[] = []
  const one = turns.take(async () => {
    seen.push('one')
    await first.promise
  }, signal)
  const two = turns.take(async () => void seen.push('two'), giving.signal)
  const three = turns.take(async () => void seen.push('three'), signal)
  giving.abort(new Error('given up'))
  await t.rejects(two, /given up/)
  t.strictSame(seen, ['one'], 'the third still waits for the first')
  first.resolve()
  await Promise.all([one, three])
  t.strictSame(seen, ['one', 'three'])
  await t.rejects(
    turns.take(() => Promise.reject(new Error('failed')), signal),
    /failed/,
  )
  t.equal(await turns.take(async () => 'next', signal), 'next')
})
