import { join } from 'node:path'
import t from 'tap'
import { writeFiles } from '../../../marketplace/test/support/npm.ts'
import { until } from '../../../sandbox/test/until.ts'
import { HostProcess, OPERATOR_TOKEN, temporaryHome } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { setUpTenant } from '../support/probe.ts'
import { publish } from '../support/publish.ts'
import { keyFile } from '../support/sealing.ts'

const plugin = '@gate/one'
const service = 'gate.one'

/** How often each was asked is kept in the isolate. */
const bundle = `var counts = { kept: 0, book: 0 }
var __signalbox_plugin = { default: { services: { 'gate.one': {
  kept: ({ n }) => ({ n, count: ++counts.kept }),
  look: () => ({ ok: true }),
  book: ({ wait }) => wait ? new Promise(() => undefined) : { count: ++counts.book },
} } } }`

const operation = { input: { type: 'object' }, output: {} }
const operations = {
  kept: {
    ...operation,
    input: { type: 'object', properties: { n: { type: 'integer' } } },
    ...{ safe: true, cache: { maxAgeS: 3600 } },
  },
  look: { ...operation, safe: true },
  book: { ...operation, deadlineMs: 30_000 },
}

/** Twice what a node waits to hear of another, on a machine that does many things. */
const PATIENCE_MS = 60_000

const { hostUrl } = await testDatabases(t)
const home = await temporaryHome(t)
const environment = { SIGNALBOX_KEY_FILE: await keyFile(t) }
const settings = { databaseUrl: hostUrl, environment }
const one = await HostProcess.start(t, settings)
const folder = await writeFiles(join(home, 'gate'), {
  'dist/plugin.js': bundle,
  'contracts/one.json': JSON.stringify({
    id: service,
    major: 1,
    title: { en: 'Gate' },
    operations,
  }),
  'package.json': JSON.stringify({
    name: plugin,
    version: '1.0.0',
    license: 'Apache-2.0',
    keywords: ['signalbox-plugin'],
    signalbox: {
      manifest: 1,
      host: '^1.0.0',
      displayName: { en: 'Gate' },
      runtime: { tier: 'sandbox', entry: 'dist/plugin.js', limits: { deadlineMs: 30_000 } },
      provides: { services: [{ id: service, contract: 'contracts/one.json' }] },
    },
  }),
})
await publish(one, folder)
await one.client.request('POST', '/v1/plugins', { name: plugin })
const { key } = await setUpTenant(one, 'acme', { plugin, service, capabilities: [] })

function asked(host: HostProcess, path: string, init: RequestInit = {}, secret = key) {
  const headers = { authorization: `Bearer ${secret}`, ...init.headers }
  return fetch(`${host.url}/api/${service}/v1/${path}`, {
    ...init,
    headers,
    signal: AbortSignal.timeout(PATIENCE_MS),
  })
}

function booked(host: HostProcess, idempotencyKey: string, body = '{}') {
  const headers = { 'content-type': 'application/json', 'idempotency-key': `"${idempotencyKey}"` }
  return asked(host, 'book', { method: 'POST', body, headers })
}

t.test('an answer is asked of the plugin once, and a client that has it is told so', async (t) => {
  const first = await asked(one, 'kept?n=1')
  t.match(await first.json(), { n: 1, count: 1 })
  const headers = { 'if-none-match': String(first.headers.get('etag')) }
  t.equal((await asked(one, 'kept?n=1', { headers })).status, 304)
  t.match(await (await asked(one, 'kept?n=2')).json(), { n: 2, count: 2 })
})

t.test('a call with a key is made once, whichever node and however often', async (t) => {
  const two = await HostProcess.start(t, settings)
  const first = await booked(one, 'k1')
  t.same(await first.json(), { count: 1 })
  const again = await booked(two, 'k1')
  t.same(await again.json(), { count: 1 })
  t.equal(again.headers.get('idempotency-replayed'), 'true')
  t.equal((await booked(two, 'k1', '{"other":1}')).status, 422)
})

t.test('after kill -9 nobody says that a call which had begun did not happen', async (t) => {
  const two = await HostProcess.start(t, settings)
  const lost = booked(two, 'k2', '{"wait":true}').catch(() => undefined)
  await until(async () => (await booked(one, 'k2', '{"wait":true}')).status === 409, PATIENCE_MS)
  await two.kill()
  await lost
  const { code } = (await (await booked(one, 'k2', '{"wait":true}')).json()) as { code: string }
  t.match(code, /^CORE_IDEMPOTENCY_(IN_PROGRESS|OUTCOME_UNKNOWN)$/)
})

t.test('two nodes let exactly the burst pass', async (t) => {
  const two = await HostProcess.start(t, settings)
  await until(
    async () => (await nodesKnownTo(one)) >= 2 && (await nodesKnownTo(two)) >= 2,
    PATIENCE_MS,
  )
  const plan = { ratePerS: 0.001, burst: 100, forSubscribers: true }
  await one.client.request('PUT', `/v1/catalog/services/${service}/versions/1/plans/standard`, plan)
  await until(async () => {
    const policies = await Promise.all([one, two].map((host) => asked(host, 'look')))
    return policies.every(({ headers }) => headers.get('ratelimit-policy')?.includes('q=100;'))
  }, PATIENCE_MS)
  const answers = await Promise.all(
    Array.from({ length: 500 }, (_, n) => asked(n % 2 === 0 ? one : two, 'look')),
  )
  // A statement that takes half a second on a busy machine is not waited for; what then passes says so.
  const exact = answers.filter(({ headers }) => !headers.has('signalbox-limits'))
  const passed = exact.filter(({ status }) => status === 200).length
  t.ok(passed <= 100, `${passed} of 500`)
  t.ok(answers.every(({ status }) => status === 200 || status === 429))
})

async function nodesKnownTo(host: HostProcess): Promise<number> {
  const headers = { authorization: `Bearer ${OPERATOR_TOKEN}` }
  const text = await (await fetch(`${host.url}/metrics`, { headers })).text()
  return Number(/^signalbox_limit_nodes (\d+)$/m.exec(text)?.[1] ?? 0)
}

t.test('a flood of wrong tokens is held back, and the operator still gets in', async (t) => {
  const list = (secret: string) =>
    fetch(`${one.url}/v1/tenants`, { headers: { authorization: `Bearer ${secret}` } })
  const codes = []
  for (let n = 0; n < 40; n++) codes.push((await list(`sba_wrong${n}`)).status)
  t.ok(codes.includes(429))
  t.ok(codes.every((code) => code === 401 || code === 429))
  t.equal((await list(OPERATOR_TOKEN)).status, 200)
})
