import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import {
  type Comparison,
  differingPaths,
  normalise,
} from '../../../src/rollout/shadow/answer-diff.ts'

const comparison = (
  said: { ignore?: readonly string[]; sets?: readonly string[]; names?: readonly string[] } = {},
): Comparison => ({
  ignore: new Set(said.ignore),
  sets: new Set(said.sets),
  names: new Set(said.names ?? ['rows', 'price', 'at', 'tags', 'total', 'a/b']),
})

const paths = (left: unknown, right: unknown, by = comparison()) => [
  ...differingPaths(normalise(left, by), normalise(right, by), by),
]

t.test('a difference is told by its path, with [] for every element', async (t) => {
  const answer = { rows: [{ price: 1 }, { price: 2 }], total: 3 }
  t.same(paths(answer, structuredClone(answer)), [])
  t.same(paths(answer, { rows: [{ price: 1 }, { price: 3 }], total: 4 }), [
    '/rows/[]/price',
    '/total',
  ])
  t.same(paths(answer, { ...answer, rows: [{ price: 1 }] }), ['/rows'], 'another length')
  t.same(paths(answer, { rows: answer.rows }), ['/total'], 'one that is missing')
  t.same(paths(answer, null), [''], 'another kind of answer')
  t.same(paths([], {}), [''])
  t.same(paths([-0], [0]), [], 'one number')
  t.same(paths({ 'a/b': 1 }, { 'a/b': 2 }), ['/a~1b'])
})

t.test('a name that no contract promises may be data, and is not shown', async (t) => {
  t.same(paths({ 'customer 4711': 1 }, { 'customer 4711': 2 }), ['/*'])
  t.same(paths({ rows: { x: { price: 1 } } }, { rows: { x: { price: 2 } } }), ['/rows/*/price'])
})

t.test('what is to be left out is, and the order of a set says nothing', async (t) => {
  const by = comparison({ ignore: ['/rows/[]/at'], sets: ['/tags'] })
  const one = { rows: [{ at: 1, price: 1 }], tags: ['a', { total: 1, price: 2 }] }
  const other = { rows: [{ at: 2, price: 1 }], tags: [{ price: 2, total: 1 }, 'a'] }
  t.same(paths(one, other, by), [])
  t.same(paths(one, other), ['/rows/[]/at', '/tags/[]'])
  t.same(paths({ tags: ['a', 'a'] }, { tags: ['a', 'b'] }, by), ['/tags/[]'])
})

t.test('whatever is compared: never a throw, bounded, the same from either side', async (t) => {
  const json = fc.jsonValue({ maxDepth: 6 })
  fc.assert(
    fc.property(json, json, (left, right) => {
      const by = comparison({ names: [], sets: [''] })
      const found = paths(left, right, by)
      t.same(new Set(found), new Set(paths(right, left, by)))
      t.ok(found.length <= 64)
      t.same(paths(left, JSON.parse(JSON.stringify(left)), by), [])
    }),
    { numRuns: 300 },
  )
  const wide = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`k${index}`, index]))
  const named = comparison({ names: Object.keys(wide) })
  t.equal(paths(wide, {}, named).length, 64)
})

t.test('a deep answer is compared in one below the depth that is walked', async (t) => {
  const deep = (end: unknown) => {
    let value = end
    for (let depth = 0; depth < 200; depth++) value = { price: value }
    return value
  }
  t.same(paths(deep(1), deep(1)), [])
  t.equal(paths(deep(1), deep(2))[0], '/price'.repeat(32))
})
