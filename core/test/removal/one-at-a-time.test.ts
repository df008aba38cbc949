import t from 'tap'
import { OneAtATime } from '../../src/removal/one-at-a-time.ts'

t.test('one comes after the other, and who gives up does not hold up the next', async (t) => {
  const turns = new OneAtATime()
  const { signal } = new AbortController()
  const giving = new AbortController()
  const first = Promise.withResolvers<void>()
  const seen: string[] = []
  const one = turns.take(signal, async () => {
    seen.push('one')
    await first.promise
  })
  const two = turns.take(giving.signal, async () => void seen.push('two'))
  const three = turns.take(signal, async () => void seen.push('three'))
  giving.abort(new Error('given up'))
  await t.rejects(two, /given up/)
  t.strictSame(seen, ['one'], 'the third still waits for the first')
  first.resolve()
  await Promise.all([one, three])
  t.strictSame(seen, ['one', 'three'])
  await t.rejects(
    turns.take(signal, () => Promise.reject(new Error('failed'))),
    /failed/,
  )
  t.equal(await turns.take(signal, async () => 'next'), 'next')
})
