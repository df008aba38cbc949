import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { deadLetters } from '../support/dead-letters.ts'
import { HostProcess, OPERATOR_TOKEN, temporaryHome } from '../support/host-process.ts'
import { keptCall } from '../support/ledger.ts'
import { testDatabases } from '../support/postgres.ts'
import { callProbe, installProbe, probeVersion, setUpTenant } from '../support/probe.ts'
import { publish } from '../support/publish.ts'
import {
  catalogRoutes,
  eventRoutes,
  expectationRoutes,
  fileRoutes,
  planningRoutes,
  publisherRoutes,
  type RouteRows,
  rehearsalRoutes,
  rolloutRoutes,
  settingRoutes,
  sharingRoutes,
  sparePlugin,
  useRoutes,
} from '../support/route-rows.ts'
import { sealRoutes } from '../support/seal.ts'
import { sharedLink } from '../support/shared-link.ts'

const { hostUrl } = await testDatabases(t)
const keyFile = join(await temporaryHome(t), 'keys')
await writeFile(keyFile, Buffer.alloc(32, 'key').toString('base64'), { mode: 0o600 })
const host = await HostProcess.start(t, {
  databaseUrl: hostUrl,
  environment: { SIGNALBOX_KEY_FILE: keyFile },
})
await installProbe(host)
const acme = await setUpTenant(host, 'acme', {
  capabilities: ['db:own', 'service:call', 'udf:provide', 'blob:own', 'job:schedule'],
})
const globex = await setUpTenant(host, 'globex')

// Released by a completed rollout, so that it can be taken back.
const newer = { name: '@probe/one', version: '1.1.0' }
const newerFolder = await probeVersion(await temporaryHome(t), newer.version)
await publish(host, newerFolder)
await host.client.request('POST', '/v1/plugins', newer)
await told(await rollout(newer.version), 'start', 'promote')
const planned = await rollout('1.0.0')
/** Its stream ends with the first event. */
const aborted = await told(await rollout('1.0.0'), 'abort')
/** Waits for the word of an admin of acme. */
const asking = await told(
  await rollout('1.0.0', {
    steps: [{ approve: { tenant: 'acme' } }, { weightBp: 10_000, hold: {} }],
  }),
  'start',
)

async function rollout(version: string, more: object = {}): Promise<string> {
  const wish = { plugin: newer.name, version, ...more }
  return (await host.client.request<{ id: string }>('POST', '/v1/rollouts', wish)).id
}

async function told(id: string, ...commands: string[]): Promise<string> {
  for (const command of commands) {
    await host.client.request('POST', `/v1/rollouts/${id}/${command}`, {})
  }
  return id
}

/** Kept calls of acme: one to look at, with a release to take back, and one to delete. */
const [seen, spent] = await Promise.all([failedCall(), failedCall()])
const releases = `/v1/tenants/acme/invocations/${seen}/releases`
const released = await host
  .as(acme.adminToken)
  .request<{ id: string }>('POST', releases, { to: 'operator' })

async function failedCall(): Promise<string> {
  const { invocation } = (await callProbe(host, acme.key, 'fail')).body
  await keptCall(host.as(acme.adminToken), invocation)
  return invocation
}

/** Two events of acme that could not be delivered, and what its app may send. */
const letters = await deadLetters(hostUrl, newer.name, ['one', 'two'])
await host
  .as(acme.adminToken)
  .request('PUT', '/v1/tenants/acme/apps/app/events', { types: ['erp.counted'] })

interface OpenApi {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

const document = (await (await fetch(`${host.url}/openapi.json`)).json()) as OpenApi

/** Who may come in, as the status each gets; `own` is the token that the route is for. */
interface Door {
  readonly nobody: number
  /** The admin of another tenant. */
  readonly stranger: number
  /** The key of acme's app. */
  readonly app: number
  readonly own: string
}

const open: Door = { nobody: 200, stranger: 200, app: 200, own: acme.key }
const operators: Door = { nobody: 401, stranger: 403, app: 403, own: OPERATOR_TOKEN }
const tenants: Door = { nobody: 401, stranger: 403, app: 403, own: acme.adminToken }
/** Another tenant's subscription is not there, rather than forbidden: its id tells nothing. */
const hidden: Door = { ...tenants, stranger: 404 }
/** What is installed is known to every tenant. */
const shared: Door = { ...tenants, stranger: 200 }
const catalog: Door = { ...shared, app: 200 }
const calls: Door = { nobody: 401, stranger: 401, app: 200, own: acme.key }
/** The marketplace knows publishers and the operator; to it everyone else is nobody. */
const market: Door = { nobody: 401, stranger: 401, app: 401, own: OPERATOR_TOKEN }

interface Entry {
  readonly door: Door
  /** The path with acme's things in it. */
  readonly at: string
  readonly body?: object
  /** Of the body; JSON, when left out. */
  readonly type?: string
}

const admin = host.as(acme.adminToken)
const plugin = '/v1/tenants/acme/plugins/@probe%2Fone'
const subscription = `/v1/subscriptions/${acme.subscription}`
const { grants } = await admin.request<{ grants: { id: string; capability: string }[] }>(
  'GET',
  plugin,
)
const spare = await admin.request<{ id: string }>('POST', '/v1/tenants/acme/tokens', {
  label: 'spare',
})
const link = await sharedLink(host, acme.adminToken)
const { credentials } = await admin.request<{ credentials: { id: string }[] }>('GET', subscription)

const sealed = await sealRoutes(t, host, admin)

const publisher = '/v1/marketplace/publishers/initrode'
const account = { name: 'initrode', scopes: ['@initrode'] }
await host.client.request('POST', '/v1/marketplace/publishers', account)
const logins = await host.client.request<{ items: { id: string }[] }>('GET', `${publisher}/tokens`)

/** Any body is a file. */
const file = { of: 'acme' }
const fileName = createHash('sha256').update(JSON.stringify(file)).digest('hex')

const behind = (door: Door, rows: RouteRows): Readonly<Record<string, Entry>> =>
  Object.fromEntries(Object.entries(rows).map(([route, row]) => [route, { door, ...row }]))

/**
 * Every route of the host's own face with a request that its owner could make: what stops the others is who
 * they are, never a body that no one could send.
 */
const table: Readonly<Record<string, Entry>> = {
  'GET /healthz': { door: open, at: '/healthz' },
  'GET /readyz': { door: open, at: '/readyz' },
  'GET /metrics': { door: open, at: '/metrics' },
  'GET /openapi.json': { door: open, at: '/openapi.json' },

  'GET /v1/tenants': { door: operators, at: '/v1/tenants' },
  'POST /v1/tenants': {
    door: operators,
    at: '/v1/tenants',
    body: { id: 'initech', name: 'Initech' },
  },
  'POST /v1/tenants/{tenant}/tokens': {
    door: tenants,
    at: '/v1/tenants/acme/tokens',
    body: { label: 'another' },
  },
  'GET /v1/tenants/{tenant}/tokens': { door: tenants, at: '/v1/tenants/acme/tokens' },
  'DELETE /v1/tenants/{tenant}/tokens/{token}': {
    door: tenants,
    at: `/v1/tenants/acme/tokens/${spare.id}`,
  },
  'GET /v1/units': { door: tenants, at: '/v1/units?tenant=acme' },
  'POST /v1/units': {
    door: tenants,
    at: '/v1/units',
    body: { tenant: 'acme', id: 'suzhou', name: 'Suzhou' },
  },
  'GET /v1/apps': { door: tenants, at: '/v1/apps?tenant=acme' },
  'POST /v1/apps': {
    door: tenants,
    at: '/v1/apps',
    body: { tenant: 'acme', id: 'second', name: 'Second' },
  },

  'GET /v1/plugins': { door: shared, at: '/v1/plugins' },
  'POST /v1/plugins': { door: operators, at: '/v1/plugins', body: { name: '@probe/one' } },
  'GET /v1/plugins/{name}': { door: shared, at: '/v1/plugins/@probe%2Fone' },
  'DELETE /v1/plugins/{name}': { door: operators, at: await sparePlugin(host) },
  'GET /v1/udfs': { door: tenants, at: '/v1/udfs?tenant=acme' },
  'POST /v1/udfs/{plugin}/{udf}:call': {
    door: tenants,
    at: '/v1/udfs/@probe%2Fone/margin:call?tenant=acme',
    body: { args: [3, 2] },
  },
  'POST /v1/udfs/{plugin}/{udf}:batch': {
    door: tenants,
    at: '/v1/udfs/@probe%2Fone/margin:batch?tenant=acme',
    body: { columns: [[3], [2]] },
  },

  'GET /v1/tenants/{tenant}/plugins/{name}': { door: tenants, at: plugin },
  'PUT /v1/tenants/{tenant}/plugins/{name}': {
    door: tenants,
    at: plugin,
    body: { binding: 'enabled' },
  },
  'PUT /v1/tenants/{tenant}/plugins/{name}/config': {
    door: tenants,
    at: `${plugin}/config`,
    body: { greeting: 'hello' },
  },
  ...behind(tenants, settingRoutes(plugin)),
  ...behind(tenants, useRoutes(plugin)),
  'POST /v1/secrets:rewrap': { door: operators, at: '/v1/secrets:rewrap' },
  'POST /v1/tenants/{tenant}/plugins/{name}/grants': {
    door: tenants,
    at: `${plugin}/grants`,
    body: { capabilities: ['db:own'] },
  },
  ...behind(tenants, fileRoutes(plugin, file, fileName)),
  'PUT /v1/tenants/{tenant}/plugins/{name}/grants/{grant}': {
    door: tenants,
    at: `${plugin}/grants/${grants.find(({ capability }) => capability === 'service:call')?.id}`,
    body: { parameters: { service: 'probe.one@^1', operations: ['echo'] } },
  },
  'DELETE /v1/tenants/{tenant}/plugins/{name}/grants/{grant}': {
    door: tenants,
    at: `${plugin}/grants/${grants.find(({ capability }) => capability === 'db:own')?.id}`,
  },

  'GET /links/{token}': { door: open, at: link.path },
  'POST /links/{token}': { door: open, at: link.path, body: {} },
  ...behind(tenants, sharingRoutes(link.id)),

  ...behind(operators, planningRoutes),
  ...behind(catalog, catalogRoutes),
  ...behind(hidden, expectationRoutes(subscription)),
  'PUT /v1/catalog/services/{id}/versions/{major}/plans/{name}': {
    door: operators,
    at: '/v1/catalog/services/probe.one/versions/1/plans/standard',
    body: { ratePerS: 200, burst: 400 },
  },

  'GET /v1/subscriptions': { door: tenants, at: '/v1/subscriptions?tenant=acme' },
  'POST /v1/subscriptions': {
    door: tenants,
    at: '/v1/subscriptions',
    body: { tenant: 'acme', app: 'second', service: 'probe.one', major: 1 },
  },
  'GET /v1/subscriptions/{id}': { door: hidden, at: subscription },
  'POST /v1/subscriptions/{id}/credentials': { door: hidden, at: `${subscription}/credentials` },
  'GET /api/{service}/v{major}/{operation}': { door: calls, at: '/api/probe.one/v1/echo?text=x' },
  'POST /api/{service}/v{major}/{operation}': {
    door: calls,
    at: '/api/probe.one/v1/echo',
    body: { text: 'x' },
  },
  'POST /v1/events': {
    door: { nobody: 401, stranger: 403, app: 202, own: acme.key },
    at: '/v1/events',
    type: 'application/cloudevents+json',
    body: {
      specversion: '1.0',
      id: '1',
      source: '/tenants/acme/apps/app',
      type: 'erp.counted',
    },
  },
  'DELETE /v1/subscriptions/{id}/credentials/{credential}': {
    door: hidden,
    at: `${subscription}/credentials/${credentials[0]?.id}`,
  },
  'POST /v1/subscriptions/{id}:{command}': { door: hidden, at: `${subscription}:suspend` },

  'GET /v1/tenants/{tenant}/approvals': { door: tenants, at: '/v1/tenants/acme/approvals' },
  // Before it is aborted by the row of commands.
  'POST /v1/rollouts/{id}/approve': {
    door: hidden,
    at: `/v1/rollouts/${asking}/approve`,
    body: {},
  },
  ...behind(operators, rolloutRoutes({ planned, aborted, asking })),
  ...behind(operators, rehearsalRoutes(planned)),

  'GET /v1/invocations/{id}': { door: hidden, at: `/v1/invocations/${seen}` },
  'GET /v1/invocations/{id}/bundle': { door: hidden, at: `/v1/invocations/${seen}/bundle` },
  'GET /v1/tenants/{tenant}/invocations': { door: tenants, at: '/v1/tenants/acme/invocations' },
  'POST /v1/tenants/{tenant}/invocations/{id}/releases': {
    door: tenants,
    at: releases,
    body: { to: 'operator', hours: 1 },
  },
  'DELETE /v1/tenants/{tenant}/invocations/{id}/releases/{release}': {
    door: tenants,
    at: `${releases}/${released.id}`,
  },
  'DELETE /v1/tenants/{tenant}/invocations/{id}': {
    door: tenants,
    at: `/v1/tenants/acme/invocations/${spent}`,
  },

  ...behind(tenants, eventRoutes(letters)),

  ...behind(tenants, sealed.owned),
  'POST /hooks/{plugin}/{path}/{token}': {
    door: { nobody: 202, stranger: 202, app: 202, own: acme.adminToken },
    at: sealed.address,
    body: { gate: 'south' },
  },

  'GET /v1/audit': { door: tenants, at: '/v1/audit?tenant=acme' },
  ...behind(market, publisherRoutes(publisher, logins.items[0]?.id)),
}

/** npm's face has tests of its own, in the marketplace. */
const routes = Object.entries(document.paths)
  .filter(([path]) => !path.startsWith('/npm'))
  .flatMap(([path, methods]) => Object.keys(methods).map((method) => ({ method, path })))
  .filter(({ method }) => method !== 'head')
  .map(({ method, path }) => `${method.toUpperCase()} ${path}`)

async function ask(route: string, token?: string, at = table[route]?.at) {
  const { body, type = 'application/json' } = table[route] ?? {}
  const response = await fetch(`${host.url}${at}`, {
    method: route.split(' ', 1)[0] ?? '',
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': type }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, text: await response.text() }
}

/** What an admin of acme sees of what has been done to it. */
async function changesOfAcme(): Promise<readonly unknown[]> {
  const { items } = await admin.request<{ items: { actor: string; outcome: string }[] }>(
    'GET',
    '/v1/audit',
  )
  // Anybody may follow a link; it only reads here.
  return items.filter(({ actor, outcome }) => outcome === 'done' && !actor.startsWith('link:'))
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

t.test('every route but the probes wants a token', async (t) => {
  await tryEvery(t, 'nobody')
})

t.test("another tenant's admin gets nothing of acme by any route", async (t) => {
  await tryEvery(t, 'stranger', globex.adminToken)
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

t.test('the same requests do what they say for whom they are meant', async (t) => {
  for (const [route, { door }] of Object.entries(table)) {
    const { status, text } = await ask(route, door.own)
    t.ok(status >= 200 && status < 300, route, { status, answer: text.slice(0, 300) })
  }
})
