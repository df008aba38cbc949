import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { delegableActions, isAuthorised, permissionReach } from '../../../src/identity/authorise.ts'
import type { RoleGrant, UserPrincipal } from '../../../src/identity/principal.ts'
import { mayHandOut } from '../../../src/identity/roles/hand-out.ts'

const grant = (more: Partial<RoleGrant>): RoleGrant => {
  return { role: 'own', actions: new Set(), permissions: new Set(), units: null, ...more }
}

const user = (...grants: RoleGrant[]): UserPrincipal => {
  const who = { kind: 'user', tenant: 'acme', user: 'usr_1', isService: false } as const
  return { ...who, proof: 'ses_1', grants, scope: null }
}

const content = { role: 'own', actions: ['user.write'], permissions: [], unit: null }

t.test('who may put what into the hands of others', async (t) => {
  const admin = user(grant({ role: 'admin', builtIn: 'admin' }))
  const ofPlant = user(grant({ role: 'admin', builtIn: 'admin', units: new Set(['suzhou']) }))
  t.ok(mayHandOut({ kind: 'operator' }, content))
  t.ok(mayHandOut({ kind: 'admin', tenant: 'acme', token: 'tok_1' }, content))
  t.notOk(mayHandOut({ kind: 'anonymous' }, content))
  t.ok(mayHandOut(admin, { ...content, role: 'admin', permissions: ['stock.count'] }))
  t.ok(mayHandOut(ofPlant, { ...content, role: 'admin', unit: 'suzhou' }), 'in his plant')
  t.notOk(mayHandOut(ofPlant, { ...content, role: 'admin' }), 'not in the whole company')
  t.notOk(mayHandOut(ofPlant, { ...content, unit: 'berlin' }), 'nor in another plant')
  const byToken = {
    ...admin,
    scope: { actions: new Set(['role.assign']), permissions: new Set<string>() },
  }
  t.notOk(mayHandOut(byToken, { ...content, role: 'admin' }), 'a token for less is not its owner')
})

t.test('nobody hands out what he does not have', async (t) => {
  const some = fc.subarray<string>([...delegableActions()])
  const permissions = fc.subarray(['stock.count', 'stock.override'])
  const unit = fc.constantFrom(null, 'suzhou', 'berlin')
  const grants = fc.array(fc.tuple(some, permissions, unit), { maxLength: 3 })
  fc.assert(
    fc.property(grants, some, permissions, unit, (held, actions, wanted, over) => {
      const asker = user(
        ...held.map(([own, carried, reach]) =>
          grant({
            actions: new Set(own),
            permissions: new Set(carried),
            units: reach === null ? null : new Set([reach]),
          }),
        ),
      )
      if (!mayHandOut(asker, { role: 'own', actions, permissions: wanted, unit: over })) return
      for (const action of actions) {
        t.ok(isAuthorised(asker, action as 'user.write', { tenant: 'acme', unit: over }))
      }
      for (const one of wanted) {
        const reach = permissionReach(asker).get(one)
        t.ok(reach === 'tenant' || (over !== null && reach?.has(over)))
      }
    }),
  )
})
