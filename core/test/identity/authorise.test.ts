import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import {
  type Action,
  delegableActions,
  heldActions,
  isAuthorised,
  mayAttempt,
  narrower,
  type OperationCaller,
  operationReach,
  permissionReach,
  type Reach,
  rules,
} from '../../src/identity/authorise.ts'
import type { Principal, RoleGrant, UserPrincipal } from '../../src/identity/principal.ts'
import { builtInRoles, isBuiltIn } from '../../src/identity/roles/built-in-roles.ts'

const actions = Object.keys(rules) as Action[]
const rowOf = (action: Action): readonly string[] => rules[action]

const everyAction = new Set<string>(actions)

function grantOf(role: string, units: readonly string[] | null = null): RoleGrant {
  const content = { actions: new Set<string>(), permissions: new Set(['stock.count']) }
  const reach = { units: units === null ? null : new Set(units) }
  return isBuiltIn(role)
    ? { role, builtIn: role, ...content, ...reach }
    : { role, ...content, ...reach }
}

function userWith(...grants: RoleGrant[]): UserPrincipal {
  const who = { kind: 'user', tenant: 'acme', user: 'usr_1', isService: false } as const
  return { ...who, proof: 'ses_1', grants, scope: null }
}

const principals: Record<Exclude<Principal['kind'], 'user'>, Principal> = {
  anonymous: { kind: 'anonymous' },
  operator: { kind: 'operator' },
  admin: { kind: 'admin', tenant: 'acme', token: 'tok_1' },
  app: { kind: 'app', tenant: 'acme', app: 'planner', subscription: 'sub_1' },
  publisher: { kind: 'publisher', name: 'initrode' },
}

t.test('every action is allowed to just the roles of its row, and to nobody else', async (t) => {
  for (const action of actions) {
    const roles = rowOf(action)
    for (const [kind, principal] of Object.entries(principals)) {
      const expected = roles.includes('anyone') || roles.includes(kind)
      // A publisher belongs to no tenant: it is told nothing by a tenant's name.
      const resource = kind === 'publisher' ? {} : { tenant: 'acme' }
      t.equal(isAuthorised(principal, action, resource), expected, `${kind} ${action}`)
    }
    for (const role of builtInRoles) {
      const open = ['anyone', 'user', 'session', role].some((one) => roles.includes(one))
      const user = userWith(grantOf(role))
      t.equal(isAuthorised(user, action, { tenant: 'acme' }), open, `${role} ${action}`)
    }
  }
})

t.test('the operator in a browser may what the token may, and what only a session can', (t) => {
  const inBrowser: Principal = { kind: 'operator', session: 'ses_1' }
  for (const action of actions) {
    const isOpen = ['anyone', 'operator', 'operator-session'].some((one) =>
      rowOf(action).includes(one),
    )
    t.equal(isAuthorised(inBrowser, action, { tenant: 'acme' }), isOpen, action)
  }
  t.notOk(isAuthorised(principals.operator, 'session.sign_out', {}), 'a token has no session')
  t.notOk(isAuthorised(inBrowser, 'me.write', {}), 'it is no user')
  t.end()
})

t.test("no action reaches another tenant's things, whoever's role allows it", async (t) => {
  const everything = userWith(...builtInRoles.map((role) => grantOf(role)))
  for (const action of actions) {
    if (rowOf(action).includes('anyone')) continue
    t.notOk(isAuthorised(principals.admin, action, { tenant: 'globex' }), `admin ${action}`)
    t.notOk(isAuthorised(principals.app, action, { tenant: 'globex' }), `app ${action}`)
    t.notOk(isAuthorised(principals.publisher, action, { tenant: 'acme' }), `publisher ${action}`)
    t.notOk(isAuthorised(everything, action, { tenant: 'globex' }), `user ${action}`)
    t.notOk(mayAttempt(everything, action, 'globex'), `user attempts ${action}`)
  }
})

t.test('a user without roles may do what every user may, and nothing else', async (t) => {
  const allowed = actions.filter((action) => isAuthorised(userWith(), action, { tenant: 'acme' }))
  const open = actions.filter((action) =>
    ['anyone', 'user', 'session'].some((one) => rowOf(action).includes(one)),
  )
  t.same(allowed, open)
})

t.test('a role over units reaches them and nothing of the tenant as a whole', async (t) => {
  const user = userWith(grantOf('admin', ['suzhou', 'line-1']))
  t.ok(isAuthorised(user, 'user.write', { tenant: 'acme', unit: 'line-1' }))
  t.notOk(isAuthorised(user, 'user.write', { tenant: 'acme', unit: 'berlin' }))
  t.notOk(isAuthorised(user, 'user.write', { tenant: 'acme', unit: null }))
  t.notOk(isAuthorised(user, 'config.write', { tenant: 'acme' }))
  t.ok(mayAttempt(user, 'user.write', 'acme'), 'before it is known of which unit')
  t.same(permissionReach(user).get('stock.count'), new Set(['suzhou', 'line-1']))
})

t.test(
  "a tenant's own role never gives what is the operator's, an app's or the admins' alone",
  async (t) => {
    const user = userWith({ ...grantOf('everything'), actions: everyAction })
    for (const action of actions) {
      const row = rowOf(action)
      if (['anyone', 'user', 'session'].some((one) => row.includes(one))) continue
      const isDelegable = row.includes('admin') && delegableActions().includes(action)
      t.equal(isAuthorised(user, action, { tenant: 'acme' }), isDelegable, action)
    }
    t.notOk(
      isAuthorised(user, 'tenant.token', { tenant: 'acme' }),
      'an admin token outlives a role',
    )
  },
)

t.test('a token may do what it names of what its owner may, and never more', async (t) => {
  const someActions = fc.subarray<string>([...actions, 'nothing'])
  const grants = fc.array(
    fc.record({
      role: fc.constantFrom(...builtInRoles, 'own'),
      isOver: fc.boolean(),
      own: someActions,
    }),
    { maxLength: 4 },
  )
  fc.assert(
    fc.property(
      grants,
      someActions,
      fc.constantFrom(undefined, null, 'suzhou'),
      (given, named, unit) => {
        const owner = userWith(
          ...given.map(({ role, isOver, own }) => {
            const grant = grantOf(role, isOver ? ['suzhou'] : null)
            return grant.builtIn === undefined ? { ...grant, actions: new Set(own) } : grant
          }),
        )
        const scope = { actions: new Set(named), permissions: new Set<string>() }
        const token: UserPrincipal = { ...owner, scope }
        for (const action of actions) {
          const may = isAuthorised(token, action, { tenant: 'acme', unit })
          if (!may || rowOf(action).includes('anyone')) continue
          t.ok(
            named.includes(action) && isAuthorised(owner, action, { tenant: 'acme', unit }),
            action,
          )
          t.notOk(rowOf(action).includes('session'), `${action} wants a session`)
        }
        t.equal(permissionReach(token).size, 0)
      },
    ),
  )
})

t.test('what can make an admin of anybody is for a token that is one', async (t) => {
  const admin = userWith(grantOf('admin'))
  const all = actions.filter((action) => rowOf(action).includes('admin'))
  const byToken = (named: readonly string[]): UserPrincipal => {
    return { ...admin, scope: { actions: new Set(named), permissions: new Set() } }
  }
  for (const door of ['tenant.token', 'organisation.import', 'sso.write'] as const) {
    const where = { tenant: 'acme' }
    t.ok(isAuthorised(admin, door, where), `${door} by a session`)
    t.notOk(isAuthorised(byToken([door]), door, where), `${door} by a token for it alone`)
    const some = all.filter((action) => action !== 'unit.list')
    t.notOk(isAuthorised(byToken(some), door, where), `${door} by one for all but one`)
    t.ok(isAuthorised(byToken(all), door, where), `${door} by one for all`)
  }
})

t.test('an action that is in no row is refused, inherited names too', async (t) => {
  for (const action of ['nothing', 'toString', '__proto__', 'constructor']) {
    for (const principal of Object.values(principals)) {
      t.notOk(isAuthorised(principal, action as Action, {}), action)
    }
  }
})

t.test('who may call an operation, by what it requires', async (t) => {
  const holding = (...held: string[]) => ({
    kind: 'user' as const,
    permissions: new Map(held.map((one) => [one, 'tenant' as const])),
  })
  const rows: readonly [string, OperationCaller, open: boolean, closed: boolean][] = [
    ['an app comes by its subscription', { kind: 'app' }, true, true],
    ['a plugin by its grant', { kind: 'plugin' }, true, true],
    ['a visitor by what was shared', { kind: 'link' }, true, true],
    ['the host by itself', { kind: 'host' }, true, true],
    ['a user without roles', { kind: 'user' }, false, false],
    ['a user with others', holding('stock.count', 'stock.override.all', 'stock'), false, false],
    ['a user with the permission', holding('stock.override'), false, true],
    ['a kind nobody knows', { kind: 'operator' as 'app' }, false, false],
    ['an inherited name', { kind: 'toString' as 'app' }, false, false],
  ]
  for (const [who, caller, open, closed] of rows) {
    const [free, requires] = [{}, { requires: 'stock.override' }]
    t.equal(operationReach(caller, free) === 'tenant', open, `${who}: nothing required`)
    for (const requiresIn of ['tenant', 'unit'] as const) {
      const reach = operationReach(caller, { ...requires, requiresIn })
      t.equal(reach === 'tenant', closed, `${who}: stock.override required`)
    }
  }
})

t.test('a permission over units opens what keeps to them, and nothing else', async (t) => {
  const requires = 'stock.count'
  const user = userWith(grantOf('own', ['suzhou']), grantOf('own', ['berlin', 'hall']))
  const caller = { kind: 'user', permissions: permissionReach(user) } as const
  const units = new Set(['suzhou', 'berlin', 'hall'])
  t.equal(operationReach(caller, { requires }), undefined)
  t.equal(operationReach(caller, { requires, requiresIn: 'tenant' }), undefined)
  t.same(operationReach(caller, { requires, requiresIn: 'unit' }), units)
  t.equal(operationReach(caller, { requires: 'other', requiresIn: 'unit' }), undefined)
  const whole = permissionReach(userWith(...user.grants, grantOf('own')))
  t.equal(operationReach({ ...caller, permissions: whole }, { requires }), 'tenant')
  const gone = permissionReach(userWith(grantOf('own', [])))
  t.equal(gone.size, 0, 'a unit that is gone is no unit')
  t.same(narrower(units, new Set(['hall', 'lyon'])), new Set(['hall']))
  t.equal(narrower('tenant', 'tenant'), 'tenant')
})

t.test('what two of them reach together neither more nor less reaches alone', async () => {
  const reach = fc.oneof(
    fc.constant<Reach>('tenant'),
    fc.subarray(['a', 'b', 'c']).map((units): Reach => new Set(units)),
  )
  const has = (one: Reach, unit: string) => one === 'tenant' || one.has(unit)
  fc.assert(
    fc.property(reach, reach, fc.constantFrom('a', 'b', 'c', 'd'), (one, other, unit) => {
      return has(narrower(one, other), unit) === (has(one, unit) && has(other, unit))
    }),
  )
})

t.test(
  'of the principals of the HTTP face only an app and a user call a data service',
  async (t) => {
    for (const [kind, principal] of Object.entries(principals)) {
      t.equal(isAuthorised(principal, 'service.call', {}), kind === 'app', kind)
    }
    t.ok(isAuthorised(userWith(), 'service.call', {}), 'who then needs the permission')
  },
)

t.test('whoever asks what he may do is told just what he is let do', async (t) => {
  const ofUnit = { tenant: 'acme', unit: 'plant' }
  for (const role of [...builtInRoles, 'planner'])
    for (const units of [null, ['plant']]) {
      const user = userWith(grantOf(role, units))
      const { actions: held, actionsInUnits } = heldActions(user)
      t.same(
        held,
        actions.filter((one) => isAuthorised(user, one, { tenant: 'acme' })),
      )
      t.same(
        new Set([...held, ...actionsInUnits]),
        new Set(actions.filter((one) => isAuthorised(user, one, ofUnit))),
      )
      t.same(
        held.filter((one) => actionsInUnits.includes(one)),
        [],
      )
    }
  t.strictSame(heldActions({ kind: 'operator' }).actionsInUnits, [])
  const inPlant = heldActions(userWith(grantOf('auditor', ['plant'])))
  t.ok(inPlant.actionsInUnits.includes('user.list'))
  t.notOk(inPlant.actions.includes('subscription.read'))
})
