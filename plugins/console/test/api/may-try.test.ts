import t from 'tap'
import { mayTry } from '../../web/api/may-try.ts'

const user = (role: string, units: string[] | null = null) =>
  ({
    ...{ kind: 'user' as const, tenant: 'acme', id: 'usr_1', login: 'ann', displayName: 'Ann' },
    ...{ roles: [{ role, units }], permissions: [] },
  }) as const

t.test('who has the role is offered it, over a unit too, and who has another is not', async (t) => {
  t.ok(mayTry({ kind: 'operator' }, 'admin'))
  t.ok(mayTry(user('admin'), 'admin'))
  t.ok(mayTry(user('admin', ['plant-1']), 'admin'))
  t.notOk(mayTry(user('auditor'), 'admin', 'service-owner'))
})

t.test('what a role of the tenant’s own gives only the host knows, so it is offered', async (t) => {
  t.ok(mayTry(user('planner'), 'admin'))
})
