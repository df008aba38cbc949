import t from 'tap'
import { BatchedLookup } from '../../src/packages/batched-lookup.ts'

t.test('who asks during a query is answered by the next one, all of them by one', async (t) => {
  const queries: { keys: readonly string[]; answer: PromiseWithResolvers<Map<string, number>> }[] =
    []
  const lookup = new BatchedLookup<number>((keys) => {
    const answer = Promise.withResolvers<Map<string, number>>()
    queries.push({ keys, answer })
    return answer.promise
  })
  const first = lookup.get('a')
  const later = [lookup.get('a'), lookup.get('b'), lookup.get('a')]
  t.strictSame(
    queries.map(({ keys }) => keys),
    [['a']],
  )
  queries[0]?.answer.resolve(new Map([['a', 1]]))
  t.equal(await first, 1)
  t.strictSame(
    queries.map(({ keys }) => keys),
    [['a'], ['a', 'b']],
  )
  queries[1]?.answer.resolve(new Map([['a', 2]]))
  t.strictSame(await Promise.all(later), [2, undefined, 2])
})

t.test('a failed query fails who waited for it, and nobody else', async (t) => {
  let isAway = true
  const lookup = new BatchedLookup<number>(async (keys) => {
    if (isAway) throw new Error('away')
    return new Map(keys.map((key) => [key, key.length]))
  })
  await t.rejects(lookup.get('a'), { message: 'away' })
  isAway = false
  t.equal(await lookup.get('abc'), 3)
})
