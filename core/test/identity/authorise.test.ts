import t from 'tap'
import {
  type Action,
  isAuthorised,
  mayCallOperation,
  type OperationCaller,
  rules,
} from '../../src/identity/authorise.ts'
import type { Principal } from '../../src/identity/principal.ts'

const actions = Object.keys(rules) as Action[]
const principals: Record<Principal['kind'], Principal> = {
  anonymous: { kind: 'anonymous' },
  operator: { kind: 'operator' },
  admin: { kind: 'admin', tenant: 'acme', token: 'tok_1' },
  app: { kind: 'app', tenant: 'acme', app: 'planner', subscription: 'sub_1' },
  publisher: { kind: 'publisher', name: 'initrode' },
}

t.test('every action is allowed to just the roles of its row, and to nobody else', async (t) => {
  for (const action of actions) {
    const roles: readonly string[] = rules[action]
    for (const [kind, principal] of Object.entries(principals)) {
      const expected = roles.includes('anyone') || roles.includes(kind)
      // A publisher belongs to no tenant: it is told nothing by a tenant's name.
      const resource = kind === 'publisher' ? {} : { tenant: 'acme' }
      t.equal(isAuthorised(principal, action, resource), expected, `${kind} ${action}`)
    }
  }
})

t.test("no action reaches another tenant's things, whoever's role allows it", async (t) => {
  for (const action of actions) {
    if ((rules[action] as readonly string[]).includes('anyone')) continue
    t.notOk(isAuthorised(principals.admin, action, { tenant: 'globex' }), `admin ${action}`)
    t.notOk(isAuthorised(principals.app, action, { tenant: 'globex' }), `app ${action}`)
    t.notOk(isAuthorised(principals.publisher, action, { tenant: 'acme' }), `publisher ${action}`)
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
  const holding = (...held: string[]) => ({ kind: 'user' as const, permissions: new Set(held) })
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
    t.equal(mayCallOperation(caller, undefined), open, `${who}: nothing required`)
    t.equal(mayCallOperation(caller, 'stock.override'), closed, `${who}: stock.override required`)
  }
})

t.test('of the principals of the HTTP face only an app calls a data service', async (t) => {
  for (const [kind, principal] of Object.entries(principals)) {
    t.equal(isAuthorised(principal, 'service.call', {}), kind === 'app', kind)
  }
})
