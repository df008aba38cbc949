import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { lastInTurn } from '../../src/jobs/turn-order.ts'

t.test('the turn goes round: after the last tenant comes the first', async (t) => {
  t.equal(lastInTurn(['b', 'd'], 'a'), 'd')
  t.equal(lastInTurn(['b', 'd'], 'c'), 'b')
  t.equal(lastInTurn(['a'], 'c'), 'a')
  t.equal(lastInTurn([], 'c'), 'c')
})

t.test('it is the end of the order that PostgreSQL gives', async (t) => {
  const tenant = fc.constantFrom('a', 'b', 'c', 'd', 'e')
  fc.assert(
    fc.property(fc.uniqueArray(tenant, { minLength: 1 }), tenant, (tenants, after) => {
      const ordered = [...tenants].sort((one, other) => {
        const turn = Number(one <= after) - Number(other <= after)
        return turn === 0 ? (one < other ? -1 : 1) : turn
      })
      t.equal(lastInTurn(tenants, after), ordered.at(-1))
    }),
  )
})
