import t from 'tap'
import { filtersIn, instantOr, withFilters } from '../../../web/pages/audit/audit.ts'

t.test('filters stand in the address, and what else does stays', async (t) => {
  const query = new URLSearchParams('tenant=acme&actor=operator&action=')
  t.strictSame(filtersIn(query), { actor: 'operator' })
  const next = withFilters(query, { action: ' plugin.enabled ', outcome: '' })
  t.equal(next.toString(), 'tenant=acme&action=plugin.enabled')
  t.equal(query.get('actor'), 'operator')
})

t.test('an instant of the address fills its field, and nothing else does', async (t) => {
  t.equal(instantOr('2026-06-01T08:30:00Z'), '2026-06-01T08:30:00Z')
  t.equal(instantOr(undefined), '')
  t.equal(instantOr('soon'), '')
})
