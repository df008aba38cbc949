import t from 'tap'
import { OneAtATime } from '../../src/storage/one-at-a-time.ts'

/** Work that is over when the test says so. */
function opened() {
  const under: (() => void)[] = []
  let begun = 0
  const work = new OneAtATime(() => {
    begun++
    const { promise, resolve } = Promise.withResolvers<void>()
    under.push(resolve)
    return promise
  })
  const end = async () => {
    under.shift()?.()
    await new Promise(setImmediate)
  }
  return { work, end, begun: () => begun }
}

t.test(
  'whoever asks during the work gets it once more after it, however many they are',
  async (t) => {
    const { work, end, begun } = opened()
    for (let n = 0; n < 3; n++) work.ask()
    t.equal(begun(), 1)
    await end()
    t.equal(begun(), 2)
    await end()
    t.equal(begun(), 2)
    work.ask()
    t.equal(begun(), 3)
  },
)

t.test('after a stop none begins, and what is under way is waited for', async (t) => {
  const { work, end, begun } = opened()
  work.ask()
  work.ask()
  let isStopped = false
  const stopping = work.stop().then(() => {
    isStopped = true
  })
  await new Promise(setImmediate)
  t.notOk(isStopped)
  await end()
  await stopping
  work.ask()
  t.equal(begun(), 1)
})
