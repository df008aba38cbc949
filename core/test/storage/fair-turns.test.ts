import t from 'tap'
import { FairTurns } from '../../src/storage/fair-turns.ts'

/** Work that ends when the test says so, in the order in which it was begun. */
function workshop(maxAtOnce: number) {
  const turns = new FairTurns(maxAtOnce)
  const begun: string[] = []
  const ends: (() => void)[] = []
  return {
    begun,
    take: (owner: string, name: string) =>
      turns.take(owner, async () => {
        begun.push(name)
        await new Promise<void>((resolve) => ends.push(resolve))
        return name
      }),
    endFirst: async () => {
      ends.shift()?.()
      await new Promise(setImmediate)
    },
  }
}

t.test('one thing of an owner at a time, and so many owners at once', async (t) => {
  const { begun, take, endFirst } = workshop(2)
  const all = ['a1', 'a2', 'a3', 'b1', 'c1'].map((name) => take(name[0] as string, name))
  t.same(begun, ['a1', 'b1'])
  await endFirst()
  t.same(begun, ['a1', 'b1', 'c1'], 'an owner that was served goes behind the others')
  await endFirst()
  t.same(begun, ['a1', 'b1', 'c1', 'a2'])
  await endFirst()
  t.same(begun, ['a1', 'b1', 'c1', 'a2'], 'a waits for itself')
  await endFirst()
  await endFirst()
  t.same(await Promise.all(all), ['a1', 'a2', 'a3', 'b1', 'c1'])
})

t.test('work that fails fails alone', async (t) => {
  const turns = new FairTurns(1)
  const failed = turns.take('a', () => Promise.reject(new Error('away')))
  const fine = turns.take('a', async () => 'there')
  await t.rejects(failed, { message: 'away' })
  t.equal(await fine, 'there')
})

t.test('who comes when too much waits is told to come again', async (t) => {
  const { take } = workshop(1)
  for (let number = 0; number < 2001; number++) void take('a', `${number}`)
  await t.rejects(take('b', 'late'), { code: 'CORE_OVERLOADED', retryAfterS: 1 })
})
