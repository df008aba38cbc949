import t from 'tap'
import { editDistance, likenessOf } from '../../src/checks/name-similarity.ts'
import { requirementCycle } from '../../src/checks/requirement-cycle.ts'
import { versionOrder } from '../../src/checks/version-order.ts'

t.test('names that read the same are confusable, near ones similar, others neither', async (t) => {
  const cases = [
    ['@acrne/gate', '@acme/gate', 'confusable'],
    ['acme-gate', '@acme/gate', 'confusable'],
    ['@acme/gate_counter', '@acme/gate-counter', 'confusable'],
    ['@acme/g0od-s1ot', '@acme/good-slot', 'confusable'],
    ['@acne/orders', '@acme/orders', 'similar'],
    ['@acme/odrers', '@acme/orders', 'similar'],
    ['@acme/inventory-forcasts', '@acme/inventory-forecast', 'similar'],
    ['@beta/orders', '@acme/orders', undefined],
    ['@acme/orders', '@acme/orders', undefined],
    ['@a/x', '@b/x', undefined],
  ] as const
  for (const [one, other, likeness] of cases) t.equal(likenessOf(one, other), likeness, one)
})

t.test(
  'a swap of neighbours is one edit, and what is beyond the bound is only told to be',
  async (t) => {
    t.equal(editDistance('orders', 'odrers', 2), 1)
    t.equal(editDistance('orders', 'rodes', 9), 2)
    t.equal(editDistance('orders', 'payments', 2), 3)
    t.equal(editDistance('', 'ab', 2), 2)
  },
)

t.test(
  'a version is greater than the latest of its line; a beta that is out hinders no patch',
  async (t) => {
    const published = ['1.0.0', '1.1.0', '1.2.0-beta.2', '2.0.0']
    const cases = [
      ['1.1.1', undefined, undefined],
      ['1.1.0', undefined, undefined],
      ['1.1.0-rc.1', '1.1.0', undefined],
      ['1.2.0-beta.1', '1.2.0-beta.2', undefined],
      ['1.2.0-beta.3', undefined, undefined],
      ['1.2.0', undefined, undefined],
      ['1.0.1', undefined, '1.1.0'],
      ['0.9.0', undefined, undefined],
      ['2.0.1', undefined, undefined],
    ] as const
    for (const [version, blocking, ahead] of cases) {
      t.same(versionOrder(version, published), { blocking, ahead }, version)
    }
  },
)

t.test('the shortest way back to itself is found, others go in circles unseen', async (t) => {
  const others = new Map([
    ['b', ['c', 'd']],
    ['c', ['e', 'c']],
    ['d', ['a']],
    ['e', ['c']],
  ])
  t.same(requirementCycle('a', ['b'], others), ['a', 'b', 'd', 'a'])
  t.same(requirementCycle('a', ['a'], others), ['a', 'a'])
  t.equal(requirementCycle('x', ['c'], others), undefined)
  t.equal(requirementCycle('x', [], others), undefined)
})
