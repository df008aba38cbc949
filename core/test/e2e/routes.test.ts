import t from 'tap'
import { HostProcess, OPERATOR_TOKEN } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { installProbe, setUpTenant } from '../support/probe.ts'

const { hostUrl } = await testDatabases(t)
const host = await HostProcess.start(t, { databaseUrl: hostUrl })
await installProbe(host)
const acme = await setUpTenant(host, 'acme')
const globex = await setUpTenant(host, 'globex')

interface OpenApi {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

const document = (await (await fetch(`${host.url}/openapi.json`)).json()) as OpenApi
const open = ['/healthz', '/readyz', '/metrics', '/openapi.json']

/** Every route of the host's own face; npm's has tests of its own. */
const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.keys(methods)
    .filter((method) => method !== 'head')
    .map((method) => ({ method: method.toUpperCase(), path })),
)
const own = routes.filter(
  ({ path }) => !path.startsWith('/npm') && !path.startsWith('/v1/marketplace'),
)

/** A path that names acme's things, so that a stranger's token meets them. */
function fill(path: string): string {
  const values: Record<string, string> = {
    tenant: 'acme',
    name: path.includes('/plans/') ? 'standard' : '@probe%2Fone',
    id: path.includes('/subscriptions/') ? acme.subscription : 'probe.one',
    command: 'suspend',
    credential: 'a'.repeat(20),
    grant: `grt_${'0'.repeat(16)}`,
    service: 'probe.one',
    major: '1',
    operation: 'echo',
  }
  return path.replace(/\{(\w+)\}/g, (_place, name: string) => values[name] ?? 'x')
}

async function ask(method: string, path: string, token?: string) {
  const response = await fetch(`${host.url}${path}`, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(method === 'GET' || method === 'DELETE' ? {} : { 'content-type': 'application/json' }),
    },
    ...(method === 'GET' || method === 'DELETE' ? {} : { body: '{"tenant":"acme"}' }),
  })
  return { status: response.status, text: await response.text() }
}

t.test('the description names every part of the face', async (t) => {
  t.equal(document.openapi, '3.1.0')
  t.ok(own.length >= 25, String(own.length))
  for (const path of ['/v1/plugins', '/v1/tenants/{tenant}/plugins/{name}', '/v1/subscriptions']) {
    t.ok(document.paths[path], path)
  }
})

t.test('every route but the probes wants a token', async (t) => {
  for (const { method, path } of own) {
    const { status } = await ask(method, fill(path))
    t.equal(status, open.includes(path) ? 200 : 401, `${method} ${path}`)
  }
})

t.test("another tenant's admin gets nothing of acme by any route", async (t) => {
  for (const { method, path } of own) {
    if (open.includes(path)) continue
    const { status, text } = await ask(method, fill(path), globex.adminToken)
    const namesAcme = fill(path) !== path.replace(/\{(\w+)\}/g, 'x') || method !== 'GET'
    if (status === 200) {
      t.notMatch(text, acme.subscription, `${method} ${path} gives nothing away`)
      t.ok(method === 'GET', `${method} ${path} changes nothing`)
    } else t.ok([400, 401, 403, 404].includes(status), `${method} ${path}: ${status} ${namesAcme}`)
  }
})

t.test("an app's key opens no door but its service", async (t) => {
  for (const { method, path } of own) {
    if (open.includes(path) || path.startsWith('/api/') || path.startsWith('/v1/catalog')) continue
    const { status } = await ask(method, fill(path), acme.key)
    t.equal(status, 403, `${method} ${path}`)
  }
})

t.test('an address that cannot be read is 4xx on every face, and the host lives', async (t) => {
  for (const path of [
    '/npm/%ff',
    '/%ff',
    '/v1/plugins/%ff',
    '/api/%ff/v1/x',
    `/v1/${'x'.repeat(9000)}`,
  ]) {
    const { status, text } = await ask('GET', path)
    t.ok(status >= 400 && status < 500, `${path.slice(0, 20)}: ${status}`)
    t.match(JSON.parse(text).code, /^(CORE|MKT)_/, path.slice(0, 20))
  }
  t.equal((await ask('GET', '/healthz')).status, 200)
})

t.test('acme is as it was', async (t) => {
  const { status, text } = await ask(
    'GET',
    `/v1/subscriptions/${acme.subscription}`,
    OPERATOR_TOKEN,
  )
  t.equal(status, 200)
  t.match(JSON.parse(text), { state: 'active', tenant: 'acme' })
})
