import t from 'tap'
import { RepeatedRun } from '../../src/storage/repeated-run.ts'

t.test('runs come one after the other, and stopping waits for the last', async (t) => {
  const told: string[] = []
  const ends: (() => void)[] = []
  const runs = new RepeatedRun(() => {
    told.push('begins')
    return new Promise((done) =>
      ends.push(() => {
        told.push('ends')
        done()
      }),
    )
  }, 1_000_000)
  runs.start()
  const first = runs.run()
  const second = runs.run()
  const stopped = runs.stop().then(() => told.push('stopped'))
  await Promise.resolve()
  t.same(told, ['begins'])
  ends[0]?.()
  await first
  await Promise.resolve()
  t.same(told, ['begins', 'ends', 'begins'])
  ends[1]?.()
  await Promise.all([second, stopped])
  t.same(told, ['begins', 'ends', 'begins', 'ends', 'stopped'])
})
