import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { GroupCommit } from '../../src/events/group-commit.ts'

function groupOf(write: (items: readonly number[]) => Promise<readonly string[]>, more = {}) {
  return new GroupCommit<number, string>({
    write,
    weightOf: (item) => item,
    maxBatch: 10,
    maxWaiting: 1000,
    refusal: () => new Error('full'),
    ...more,
  })
}

t.test('what comes while one write is under way goes into the next, within its bound', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 15 }), { maxLength: 40 }),
      async (items) => {
        const batches: number[][] = []
        const group = groupOf(async (batch) => {
          batches.push([...batch])
          return batch.map(String)
        })
        const results = await Promise.all(items.map((item) => group.add(item)))
        await group.drained()
        const weights = batches.map((batch) => batch.reduce((sum, item) => sum + item, 0))
        return (
          results.join() === items.join() &&
          batches.flat().join() === items.join() &&
          weights.every((weight, at) => weight <= 10 || batches[at]?.length === 1)
        )
      },
    ),
  )
})

t.test('a write that fails fails for those in it, and the next goes on', async (t) => {
  const group = groupOf(async (batch) => {
    if (batch.includes(7)) throw new Error('7')
    return batch.map(String)
  })
  const first = group.add(7)
  const second = group.add(9)
  await t.rejects(first, { message: '7' })
  t.equal(await second, '9')
})

t.test('beyond the bound a writer is refused, and taken again when there is room', async (t) => {
  const gate = Promise.withResolvers<void>()
  const write = async (batch: readonly number[]) => {
    await gate.promise
    return batch.map(String)
  }
  const group = groupOf(write, { maxWaiting: 10 })
  const waiting = [group.add(10)]
  await t.rejects(group.add(1), { message: 'full' })
  gate.resolve()
  await Promise.all(waiting)
  t.equal(await group.add(1), '1')
})
