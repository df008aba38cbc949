import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { deadLetters } from './dead-letters.ts'
import { HostProcess, OPERATOR_TOKEN, temporaryHome } from './host-process.ts'
import { identityRows, noPasskeyRows, unnamedRows, wrongSecretRows } from './identity-rows.ts'
import { keptCall } from './ledger.ts'
import { marketRows } from './market-rows.ts'
import { marketplaceRoutes } from './marketplace-rows.ts'
import { PASSWORD } from './people.ts'
import { testDatabases } from './postgres.ts'
import { callProbe, installProbe, probeVersion, setUpTenant } from './probe.ts'
import { publish } from './publish.ts'
import {
  bookRoutes,
  catalogRoutes,
  clientRoutes,
  eventRoutes,
  expectationRoutes,
  fileRoutes,
  keptRoutes,
  pageRoutes,
  planningRoutes,
  type RouteRows,
  ratingRoutes,
  rehearsalRoutes,
  removalRoutes,
  rolloutRoutes,
  serviceRoutes,
  settingRoutes,
  sharingRoutes,
  subscribingRoutes,
  tokenRoutes,
  udfRoutes,
  useRoutes,
} from './route-rows.ts'
import { sealRoutes } from './seal.ts'
import { sharedLink } from './shared-link.ts'
import { outRoutes } from './webhooks-out.ts'

export const { hostUrl } = await testDatabases(t)
const keyFile = join(await temporaryHome(t), 'keys')
const hostKey = Buffer.alloc(32, 'key').toString('base64')
await writeFile(keyFile, hostKey, { mode: 0o600 })
/** Of the host itself. */
export const hostSecrets = [hostKey, new URL(hostUrl).password]
export const host = await HostProcess.start(t, {
  databaseUrl: hostUrl,
  environment: { SIGNALBOX_KEY_FILE: keyFile, SIGNALBOX_TRUSTED_PROXIES: '127.0.0.1' },
})
await installProbe(host)
export const acme = await setUpTenant(host, 'acme', {
  capabilities: ['db:own', 'service:call', 'udf:provide', 'blob:own', 'job:schedule'],
})
export const globex = await setUpTenant(host, 'globex')

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

export const document = (await (await fetch(`${host.url}/openapi.json`)).json()) as OpenApi

/** Who may come in, as the status each gets; `own` is the token that the route is for. */
interface Door {
  readonly nobody: number
  /** The admin of another tenant. */
  readonly stranger: number
  /** The key of acme's app. */
  readonly app: number
  /** Undefined: nobody's. */
  readonly own: string | undefined
  /** What it answers to them, where that is no success: the request is one of many that cannot be made twice. */
  readonly done?: number
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
/** A user who has signed in; he comes by his cookie. */
export const users: Door = { nobody: 401, stranger: 403, app: 403, own: '' }
const refusedToAll = (status: number): Door => {
  return { nobody: status, stranger: status, app: status, own: acme.key, done: status }
}
/** The marketplace knows publishers and the operator; to it everyone else is nobody. */
const byMarket: Door = { nobody: 401, stranger: 401, app: 401, own: OPERATOR_TOKEN }

/** The client stands in the body: a header that names somebody else makes two of them. */
const clients: Door = { nobody: 200, stranger: 401, app: 401, own: undefined }

interface Entry {
  readonly door: Door
  /** The path with acme's things in it. */
  readonly at: string
  readonly body?: object | string
  /** Of the body; JSON, when left out. */
  readonly type?: string
}

export const admin = host.as(acme.adminToken)
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

const sealed = await sealRoutes(t, host, admin)
const out = await outRoutes(host, hostUrl, acme)
const marketplaces = await marketplaceRoutes(host)

export const identity = await identityRows(host, admin)

const market = await marketRows(host, hostUrl, newer.name)

/** A client of acme proves itself in the body, whoever sends it: for nobody else there is another. */
const client = await admin.request<{ clientId: string; clientSecret: string }>(
  'POST',
  `${subscription}/credentials`,
  { kind: 'secret' },
)
const ofClient = `client_id=${client.clientId}&client_secret=${client.clientSecret}`
const { credentials } = await admin.request<{ credentials: { id: string }[] }>('GET', subscription)

/** Any body is a file. */
const file = { of: 'acme' }
const fileName = createHash('sha256').update(JSON.stringify(file)).digest('hex')

const behind = (door: Door, rows: RouteRows): Readonly<Record<string, Entry>> =>
  Object.fromEntries(Object.entries(rows).map(([route, row]) => [route, { door, ...row }]))

/**
 * Every route of the host's own face with a request that its owner could make: what stops the others is who
 * they are, never a body that no one could send.
 */
export const table: Readonly<Record<string, Entry>> = {
  'GET /healthz': { door: open, at: '/healthz' },
  'GET /readyz': { door: open, at: '/readyz' },
  'GET /metrics': { door: open, at: '/metrics' },
  'GET /sign-in': { door: open, at: '/sign-in' },
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
  ...behind(operators, await removalRoutes(host)),
  ...behind(tenants, udfRoutes),

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
  ...behind(tenants, ratingRoutes(plugin)),
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
  ...behind(open, tokenRoutes),
  ...behind(clients, clientRoutes(ofClient)),

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
  'GET /v1/subscription-requests': { door: tenants, at: '/v1/subscription-requests?tenant=acme' },
  ...behind(hidden, subscribingRoutes(subscription, credentials[1]?.id)),
  'POST /v1/subscriptions/{id}:{command}': { door: hidden, at: `${subscription}:suspend` },
  // After what subscribes: it deprecates the plan.
  ...behind(operators, serviceRoutes),

  'GET /v1/tenants/{tenant}/approvals': { door: tenants, at: '/v1/tenants/acme/approvals' },
  // Before it is aborted by the row of commands.
  'POST /v1/rollouts/{id}/approve': {
    door: hidden,
    at: `/v1/rollouts/${asking}/approve`,
    body: {},
  },
  ...behind(operators, rolloutRoutes({ planned, aborted, asking })),
  ...behind(operators, rehearsalRoutes(planned)),
  ...marketplaces(operators),

  'GET /v1/invocations/{id}': { door: hidden, at: `/v1/invocations/${seen}` },
  'GET /v1/invocations/{id}/bundle': { door: hidden, at: `/v1/invocations/${seen}/bundle` },
  ...behind(tenants, keptRoutes(releases, released.id, spent)),

  ...behind(tenants, eventRoutes(letters)),

  ...behind(tenants, sealed.owned),
  'POST /hooks/{plugin}/{path}/{token}': {
    door: { nobody: 202, stranger: 202, app: 202, own: acme.adminToken },
    at: sealed.address,
    body: { gate: 'south' },
  },

  ...behind(tenants, identity.admins),
  'DELETE /v1/users/{user}/second-factor': {
    // He has none.
    door: { ...tenants, done: 409 },
    at: `${identity.admins['GET /v1/users/{user}']?.at.replace('?', '/second-factor?')}`,
  },
  'POST /v1/me/totp:remove': {
    door: { ...users, done: 409 },
    at: '/v1/me/totp:remove',
    body: { password: PASSWORD },
  },
  'POST /v1/me/recovery-codes': {
    door: { ...users, done: 409 },
    at: '/v1/me/recovery-codes',
    body: { password: PASSWORD },
  },
  'POST /v1/me/totp:confirm': {
    door: { ...users, done: 409 },
    at: '/v1/me/totp:confirm',
    body: { code: '000000' },
  },
  ...behind({ ...users, done: 409 }, unnamedRows.own),
  ...behind({ ...users, done: 404 }, noPasskeyRows),
  ...behind(users, { ...pageRoutes, ...identity.own }),
  ...behind(refusedToAll(410), identity.links),
  ...behind(refusedToAll(409), unnamedRows.anybody),
  'GET /v1/sign-in/methods': { door: open, at: '/v1/sign-in/methods?tenant=acme' },
  // Leads to the page, which tells what has failed.
  'GET /v1/sign-in/sso/{tenant}/{connection}/callback': {
    door: open,
    at: '/v1/sign-in/sso/acme/main/callback?state=x',
  },
  'POST /v1/sign-in/sso/{tenant}/{connection}/logout': {
    door: refusedToAll(400),
    at: '/v1/sign-in/sso/acme/main/logout',
    type: 'application/x-www-form-urlencoded',
    body: {},
  },
  ...behind(refusedToAll(401), wrongSecretRows),
  'POST /v1/sign-in/reset': {
    door: { nobody: 202, stranger: 202, app: 202, own: acme.key },
    at: '/v1/sign-in/reset',
    body: { tenant: 'acme', login: 'nobody' },
  },

  ...out({ tenants, hidden, streams: { ...calls, stranger: 403, app: 404 } }),
  // After what its app asks.
  'POST /v1/tenants/{tenant}/apps/{app}:{command}': {
    door: tenants,
    at: '/v1/tenants/acme/apps/app:suspend',
  },
  ...behind(tenants, bookRoutes.tenants),
  'GET /v1/subscriptions/{id}/usage': { door: hidden, at: `${subscription}/usage` },
  'GET /v1/signing-keys': { door: open, at: '/v1/signing-keys' },
  ...behind(operators, bookRoutes.operators),
  ...behind(open, market.open),
  ...behind(byMarket, market.publishers),
  'GET /v1/marketplace/packages/{name}/versions/{version}/permissions': {
    door: operators,
    at: '/v1/marketplace/packages/@probe%2Fone/versions/1.0.0/permissions',
  },
}
