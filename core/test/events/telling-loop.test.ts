import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { TellingLoop } from '../../src/events/telling-loop.ts'

const log = { warn: () => undefined }
const asleep = { begin: () => () => undefined }

t.test('what is asked for while a look gathers is told with the next look, once', async (t) => {
  let looks = 0
  const second = Promise.withResolvers<void>()
  const loop = new TellingLoop({
    tell: async () => {
      looks += 1
      if (looks === 2) second.resolve()
      return false
    },
    waiting: 'tests',
    wakes: asleep,
    gapMs: () => 40,
    log,
  })
  loop.start()
  await turn()
  t.equal(looks, 1, 'the first look waits for nothing')
  for (let asks = 0; asks < 5; asks += 1) loop.look()
  await second.promise
  await loop.stop()
  t.equal(looks, 2)
})

t.test('what a look has left is told without a gap', async (t) => {
  let left = 5
  const done = Promise.withResolvers<void>()
  const loop = new TellingLoop({
    tell: async () => {
      left -= 1
      if (left === 0) done.resolve()
      return left > 0
    },
    waiting: 'tests',
    wakes: asleep,
    gapMs: () => 3_600_000,
    log,
  })
  loop.start()
  await done.promise
  await loop.stop()
  t.equal(left, 0, 'and a stop ends the gap')
})
