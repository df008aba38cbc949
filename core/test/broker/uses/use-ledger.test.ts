import t from 'tap'
import type { GrantUse } from '../../../src/broker/uses/grant-uses.ts'
import { UseLedger } from '../../../src/broker/uses/use-ledger.ts'

const use = (changes: Partial<GrantUse> = {}): GrantUse => ({
  tenant: 'acme',
  plugin: '@acme/orders',
  version: '1.0.0',
  capability: 'service:call',
  grant: 'grt_1',
  facet: 'list',
  outcome: 'done',
  ms: 2,
  ...changes,
})

t.test('uses of one facet are one sum, failures among them', async (t) => {
  const ledger = new UseLedger()
  ledger.add(use(), 100)
  ledger.add(use({ outcome: 'CORE_SQL_FAILED', ms: 3 }), 200)
  ledger.add(use({ facet: 'find' }), 300)
  const [list, find] = ledger.take()
  t.match(list, { facet: 'list', count: 2, failures: 1, totalMs: 5, firstAt: 100, lastAt: 200 })
  t.match(find, { facet: 'find', count: 1, failures: 0 })
  t.same(ledger.take(), [])
})

t.test('what could not be written is added to what came meanwhile', async (t) => {
  const ledger = new UseLedger()
  ledger.add(use(), 100)
  const taken = ledger.take()
  ledger.add(use(), 300)
  ledger.giveBack(taken)
  t.match(ledger.take(), [{ count: 2, firstAt: 100, lastAt: 300, totalMs: 4 }])
})

t.test(
  'a plugin that invents facets gets one for the rest, as does one that no database keeps',
  async (t) => {
    const ledger = new UseLedger()
    for (let n = 0; n < 100; n++) ledger.add(use({ facet: `op${n}` }), n)
    const sums = ledger.take()
    t.equal(sums.length, 65)
    t.match(sums.at(-1), { facet: '*', count: 36 })
    for (const facet of ['a\u0000', '\ud800', 'x'.repeat(301)]) ledger.add(use({ facet }), 1)
    t.match(ledger.take(), [{ facet: '*', count: 3 }])
  },
)

t.test('a full ledger drops what is new, and says how much', async (t) => {
  const ledger = new UseLedger(2)
  for (const tenant of ['a', 'b', 'c', 'c', 'a']) ledger.add(use({ tenant }), 1)
  t.equal(ledger.takeDropped(), 2)
  t.same(
    ledger.take().map(({ tenant, count }) => [tenant, count]),
    [
      ['a', 2],
      ['b', 1],
    ],
  )
})
