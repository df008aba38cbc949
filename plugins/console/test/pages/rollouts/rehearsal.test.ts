import t from 'tap'
import { isHeldBy, isToldOf } from '../../../web/pages/rollouts/rehearsal.ts'

const override = { reason: 'counted by hand', by: 'operator', at: '2026-01-01T00:00:00Z' }

t.test('a migration that cannot be taken back holds until somebody lets it through', async (t) => {
  t.ok(isHeldBy({ verdict: 'refused', override: null }))
  t.ok(isHeldBy({ verdict: 'refused' }))
  t.notOk(isHeldBy({ verdict: 'refused', override }))
  t.notOk(isHeldBy({ verdict: 'reversible', override: null }))
})

t.test('what needed no rehearsal, or never came to one, is not told of', async (t) => {
  t.notOk(isToldOf({ verdict: 'unneeded' }, 'ready'))
  t.ok(isToldOf({ verdict: 'pending' }, 'ready'))
  t.notOk(isToldOf({ verdict: 'pending' }, 'completed'))
  t.ok(isToldOf({ verdict: 'reversible' }, 'completed'))
})
