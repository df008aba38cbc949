import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { compileMask, maskOf } from '../../../src/gateway/answers/field-mask.ts'
import type { Subscription } from '../../../src/rollout/routing/snapshot.ts'

function shown(output: unknown, pointers: readonly string[], maxRows?: number): unknown {
  const text = JSON.stringify(output)
  return JSON.parse(compileMask(pointers, maxRows)?.apply(text) ?? text)
}

t.test('what a pointer names is not in the answer, and all else is', async (t) => {
  const order = { id: 1, price: { net: 2, gross: 3 }, lines: [{ sku: 'a', cost: 4 }, { sku: 'b' }] }
  for (const [pointers, left] of [
    [['/price'], { id: 1, lines: order.lines }],
    [['/price/net'], { ...order, price: { gross: 3 } }],
    [['/price/*'], { ...order, price: {} }],
    [['/lines/*/cost'], { ...order, lines: [{ sku: 'a' }, { sku: 'b' }] }],
    [['/lines/cost'], { ...order, lines: [{ sku: 'a' }, { sku: 'b' }] }],
    [['/lines/0/cost'], { ...order, lines: [{ sku: 'a' }, { sku: 'b' }] }],
    [['/lines/*'], { ...order, lines: [] }],
    [['/none', '/id/none'], order],
    [['/price', '/price/net', '/id'], { lines: order.lines }],
    [[''], null],
  ] as const) {
    t.same(shown(order, pointers), left, pointers.join(' '))
  }
  t.same(shown({ 'a/b': 1, 'c~d': 2, e: 3 }, ['/a~1b', '/c~0d']), { e: 3 })
  t.same(shown([[{ a: 1, b: 2 }]], ['/*/*/a']), [[{ b: 2 }]], 'arrays in arrays')
  t.same(shown({ m: { x: { cost: 1, n: 2 }, y: { cost: 3 } } }, ['/m/*/cost']), {
    m: { x: { n: 2 }, y: {} },
  })
})

t.test('no more rows are shown than the plan has', async (t) => {
  t.same(shown([1, 2, 3], [], 2), [1, 2])
  t.same(shown({ rows: [{ a: 1 }, { a: 2 }], total: 2 }, ['/rows/*/a'], 1), {
    rows: [{}],
    total: 2,
  })
})

t.test('an answer that cannot be looked through is not shown', async (t) => {
  t.throws(() => compileMask(['/a'], undefined)?.apply('{"a":1'))
  t.throws(() => compileMask(['a'], undefined), /no JSON pointer/)
  t.equal(
    compileMask(['/a'], undefined)?.apply('{"a":1,"a":2,"b":3}'),
    '{"b":3}',
    'a name given twice',
  )
  t.equal(
    compileMask(['/a'], undefined)?.apply('{"__proto__":{"a":1},"b":3}'),
    '{"__proto__":{"a":1},"b":3}',
  )
})

t.test('a mask is compiled once for a subscription and operation', async (t) => {
  const subscription = { fields: { look: ['/a'] } } as unknown as Subscription
  t.ok(maskOf(subscription, 'look'))
  t.equal(maskOf(subscription, 'look'), maskOf(subscription, 'look'))
  t.equal(maskOf(subscription, 'toString'), undefined)
  t.equal(maskOf({} as Subscription, 'look'), undefined)
})

const names = fc.constantFrom('a', 'b', 'c', '0', '1', '~', '/')
const answers = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant('SECRET'),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(names, tie('value'), { maxKeys: 4 }),
  ),
})).value

/** Everything that a pointer names, looked up the simplest way: segment by segment. */
function named(value: unknown, words: readonly string[]): unknown[] {
  const [word, ...rest] = words
  if (word === undefined) return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value)
    .filter(([name]) => word === '*' || name === word)
    .flatMap(([, member]) => named(member, rest))
}

t.test('whatever the answer, nothing that is hidden is left, and nothing is made up', async () => {
  const words = fc.array(fc.oneof(names, fc.constant('*')), { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(answers, fc.array(words, { minLength: 1, maxLength: 3 }), (answer, hidden) => {
      const pointers = hidden.map((path) =>
        path.map((word) => `/${word.replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''),
      )
      const left = shown(answer, pointers)
      const isClean = hidden.every((path) => named(left, path).length === 0)
      return isClean && JSON.stringify(left).length <= Math.max(4, JSON.stringify(answer).length)
    }),
    { numRuns: 1000 },
  )
})
