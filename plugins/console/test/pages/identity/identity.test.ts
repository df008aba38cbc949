import t from 'tap'
import type { UserViewer } from '../../../web/api/viewer.ts'
import { linkOf, ownUnit, whenOf } from '../../../web/pages/identity/identity.ts'
import { ann, operator } from '../../viewers.ts'

const NOW = Date.parse('2026-06-01T00:00:00Z')

t.test('a role is in force from its beginning until before its end', async (t) => {
  t.equal(whenOf({ validFrom: null, validTo: null }, NOW), 'always')
  t.equal(whenOf({ validFrom: '2026-06-01T00:00:00Z', validTo: null }, NOW), 'now')
  t.equal(whenOf({ validFrom: '2026-06-01T00:00:01Z', validTo: null }, NOW), 'later')
  t.equal(whenOf({ validFrom: null, validTo: '2026-06-01T00:00:00Z' }, NOW), 'over')
})

const user = (...roles: UserViewer['roles']) => ann({ roles })

t.test('lists begin with the unit of who has roles over units alone', async (t) => {
  t.equal(ownUnit(user({ role: 'admin', units: ['plant-1', 'plant-2'] })), 'plant-1')
  const both = user({ role: 'admin', units: ['plant-1'] }, { role: 'auditor', units: null })
  t.equal(ownUnit(both), undefined)
  t.equal(ownUnit(operator()), undefined)
})

t.test('a link that is shown once leads to this host', async (t) => {
  const ticket = { ticket: 'x', path: '/sign-in#invitation=x', expiresAt: '' }
  t.equal(linkOf(ticket, 'https://host.example'), 'https://host.example/sign-in#invitation=x')
})
