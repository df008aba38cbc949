import { randomBytes } from 'node:crypto'
import t, { type Test } from 'tap'
import { until } from '../../../sandbox/test/until.ts'
import { actionsOf } from '../../src/identity/authorise.ts'
import { type BuiltInRole, builtInRoles } from '../../src/identity/roles/built-in-roles.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import type { Browser } from '../support/browser.ts'
import { person, serviceAccount } from '../support/people.ts'
import {
  acme,
  admin,
  document,
  globex,
  host,
  hostUrl,
  identity,
  table,
  users,
} from '../support/route-table.ts'

/** npm's face has tests of its own, in the marketplace. */
const routes = Object.entries(document.paths)
  .filter(([path]) => !path.startsWith('/npm'))
  .flatMap(([path, methods]) => Object.keys(methods).map((method) => ({ method, path })))
  .filter(({ method }) => method !== 'head')
  .map(({ method, path }) => `${method.toUpperCase()} ${path}`)

async function ask(route: string, token?: string, at = table[route]?.at, trace = newTrace()) {
  const { body, type = 'application/json' } = table[route] ?? {}
  const response = await fetch(`${host.url}${at}`, {
    method: route.split(' ', 1)[0] ?? '',
    headers: {
      ...parentOf(trace),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': type }),
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  return { status: response.status, text: await response.text() }
}

const newTrace = () => randomBytes(16).toString('hex')
const parentOf = (trace: string) => ({ traceparent: `00-${trace}-00f067aa0ba902b7-00` })

/** What an admin of acme sees of what has been done to it. */
async function changesOfAcme(): Promise<readonly unknown[]> {
  const { items } = await admin.request<{
    items: { actor: string; subject: string }[]
  }>('GET', '/v1/audit?outcome=done&limit=200')
  // Anybody may follow a link; it only reads here. And acme's client is acme's whoever asks in its name.
  return items.filter(
    ({ actor, subject }) => !actor.startsWith('link:') && subject !== '/oauth2/token',
  )
}

/** As a user who has signed in. */
async function askBy(browser: Browser, route: string, trace = newTrace()) {
  const { body, at = '', type = 'application/json' } = table[route] ?? {}
  const headers = {
    ...parentOf(trace),
    ...(body === undefined ? {} : { 'content-type': type }),
  }
  const { status, body: answer } = await browser.ask(
    route.split(' ', 1)[0] ?? '',
    at,
    body,
    headers,
  )
  return { status, text: JSON.stringify(answer) }
}

async function tryEvery(t: Test, who: 'nobody' | 'stranger' | 'app', token?: string) {
  const before = await changesOfAcme()
  for (const [route, { door }] of Object.entries(table)) {
    const { status, text } = await ask(route, token)
    t.equal(status, door[who], route, { answer: text.slice(0, 300) })
    // A refusal may repeat what it was asked for.
    if (who === 'app' || status >= 400) continue
    t.notOk(text.includes(acme.subscription), `${route} gives nothing of acme away`)
  }
  if (who !== 'app') t.same(await changesOfAcme(), before, 'nothing of acme was changed')
}

t.test('every route that the host describes stands in the table, and no other', async (t) => {
  t.equal(document.openapi, '3.1.0')
  t.same(Object.keys(table).sort(), routes.sort())
})

t.test('a change that takes an idempotency key says so', async (t) => {
  t.match(document.paths['/v1/apps']?.['post'], {
    parameters: [{ in: 'header', name: 'idempotency-key' }],
  })
})

t.test('every route but the probes wants a token', async (t) => {
  await tryEvery(t, 'nobody')
})

t.test("another tenant's admin gets nothing of acme by any route", async (t) => {
  await tryEvery(t, 'stranger', globex.adminToken)
})

/** A person and a service account of globex in a role, the latter with a token for all that the role is for. */
async function strangersIn(role: BuiltInRole) {
  const globexAdmin = host.as(globex.adminToken)
  const wish = { tenant: 'globex', roles: [role] }
  const { browser } = await person(host.url, globexAdmin, { ...wish, login: `${role}-person` })
  const actions = [...actionsOf(role), 'me.read', 'service.call']
  const service = { ...wish, login: `${role}-program` }
  const { token } = await serviceAccount(globexAdmin, service, actions)
  return [
    { who: `a person who is ${role}`, ask: (route: string) => askBy(browser, route) },
    { who: `a program that is ${role}`, ask: (route: string) => ask(route, token) },
  ]
}

/** Routes of acme's things. Those open to whoever comes are tried above, and one's own things are not acme's. */
const guarded = Object.entries(table).filter(
  ([, { door }]) => door !== users && door.nobody === 401 && door.done === undefined,
)

async function tryAll(t: Test, { who, ask: askAs }: Awaited<ReturnType<typeof strangersIn>>[0]) {
  for (const [route, { door }] of guarded) {
    const { status, text } = await askAs(route)
    const isRight = door.stranger >= 400 ? [401, 403, 404].includes(status) : status < 500
    t.ok(isRight, `${route} as ${who}`, { status, answer: text.slice(0, 300) })
    if (status < 400) t.notOk(text.includes(acme.subscription), `${route} gives nothing away`)
  }
}

t.test('nobody of another tenant gets anything of acme, in whatever role', async (t) => {
  const before = await changesOfAcme()
  for (const role of builtInRoles) for (const one of await strangersIn(role)) await tryAll(t, one)
  t.same(await changesOfAcme(), before, 'nothing of acme was changed')
})

t.test("an app's key opens no door but the catalog and its service", async (t) => {
  await tryEvery(t, 'app', acme.key)
})

t.test('an address that cannot be read is 4xx on every face, and the host lives', async (t) => {
  for (const path of [
    '/npm/%ff',
    '/%ff',
    '/v1/plugins/%ff',
    '/api/%ff/v1/x',
    `/v1/${'x'.repeat(9000)}`,
  ]) {
    const { status, text } = await ask('GET /', undefined, path)
    t.ok(status >= 400 && status < 500, `${path.slice(0, 20)}: ${status}`)
    t.match(JSON.parse(text).code, /^(CORE|MKT)_/, path.slice(0, 20))
  }
  t.equal((await ask('GET /healthz')).status, 200)
})

/** Entered behind the answer within a second or so: by the journal, and what each of many tenants is told. */
const booked = new Set([
  'POST /v1/events',
  'PUT /v1/catalog/services/{id}/versions/{major}/deprecation',
  'DELETE /v1/catalog/services/{id}/versions/{major}/deprecation',
])

/** Entries of those that are not one change, and no read: each of whom it reaches is told, and each step has its own. */
const several: Readonly<Record<string, number>> = {
  'DELETE /v1/plugins/{name}': 2,
  'POST /v1/marketplace/publishers': 2,
  'PUT /v1/catalog/services/{id}/versions/{major}/deprecation': 3,
  'DELETE /v1/catalog/services/{id}/versions/{major}/deprecation': 3,
  // Whoever asks first for a month that is over closes it.
  'GET /v1/tenants/{tenant}/statements/{month}': 1,
  'GET /v1/publishers/{publisher}/statements/{month}': 1,
}

/** Changes without an entry of the audit, and what of them is on record instead. */
const open: Readonly<Record<string, string>> = {
  'POST /v1/plugins': 'it is installed already',
  'POST /v1/plugins/{name}:plan': 'it only says what would change',
  'POST /v1/plugins/{name}:terms': 'it only says what would be agreed to',
  'POST /v1/rollouts:validate': 'it only says what would change',
  'POST /v1/rollouts/{id}/rehearsal': 'only what it finds may be a change, when it is over',
  'POST /v1/tenants/{tenant}/sso/{connection}:check': 'it only asks the provider',
  'POST /v1/udfs/{plugin}/{udf}:call': 'functions are pure, and metered',
  'POST /v1/udfs/{plugin}/{udf}:batch': 'functions are pure, and metered',
  'POST /hooks/{plugin}/{path}/{token}': 'a delivery is a row that is listed',
  'POST /oauth2/revoke': 'of a token that is none there is nothing to take back',
  'POST /oauth2/token': 'tokens are counted, as reads are',
  'POST /links/{token}': 'this one only reads',
  'POST /api/{service}/v{major}/{operation}': 'calls have tests of their own',
  'POST /v1/me/totp': 'nothing holds until it is confirmed',
  'POST /v1/page-reports': 'what was shown is counted; what failed is on record',
  'POST /v1/me/proof': 'of the session alone, for some minutes',
  'POST /v1/sign-in/reset': 'it answers alike whether there is somebody or nobody',
}

t.test('the same requests do what they say, and a change has one entry in the audit', async (t) => {
  const knex = createKnex(hostUrl)
  t.teardown(() => knex.destroy())
  const entries = async (trace: string) =>
    (await knex('audit_entries').where({ trace_id: trace, outcome: 'done' }).select('action')).map(
      ({ action }) => action,
    )
  for (const [route, { door }] of Object.entries(table)) {
    const isUsers = door.own === ''
    const trace = newTrace()
    const { status, text } = await (isUsers
      ? askBy(identity.browser, route, trace)
      : ask(route, door.own, undefined, trace))
    if (door.done !== undefined) t.equal(status, door.done, route, { answer: text.slice(0, 300) })
    else t.ok(status >= 200 && status < 300, route, { status, answer: text.slice(0, 300) })
    if (status >= 400 || open[route] !== undefined) continue
    const isRead = route.startsWith('GET ')
    const wanted = several[route] ?? (isRead ? 0 : 1)
    if (booked.has(route)) await until(async () => (await entries(trace)).length >= wanted)
    t.equal((await entries(trace)).length, wanted, `${route} in the audit`)
  }
})
