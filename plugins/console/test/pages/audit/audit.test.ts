import t from 'tap'
import { filtersIn, instantOr, isShorter, withFilters } from '../../../web/pages/audit/audit.ts'

t.test('filters stand in the address, and what else does stays', async (t) => {
  const query = new URLSearchParams('tenant=acme&actor=operator&action=')
  t.strictSame(filtersIn(query), { actor: 'operator' })
  const next = withFilters(query, { action: ' binding.changed ', outcome: '' })
  t.equal(next.toString(), 'tenant=acme&action=binding.changed')
  t.equal(query.get('actor'), 'operator')
})

t.test('an instant of the address fills its field, and nothing else does', async (t) => {
  t.equal(instantOr('2026-06-01T08:30:00Z'), '2026-06-01T08:30:00Z')
  t.equal(instantOr(undefined), '')
  t.equal(instantOr('soon'), '')
})

t.test('only to keep entries for a shorter time takes any away', async (t) => {
  t.ok(isShorter(30, 90))
  t.ok(isShorter(30, null))
  for (const [wished, present] of [
    [90, 90],
    [91, 90],
    [null, 90],
    [null, null],
  ] as const)
    t.notOk(isShorter(wished, present))
})
