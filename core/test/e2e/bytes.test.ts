import { cpSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { packPlugin } from '@signalbox/sdk/pack'
import t from 'tap'
import { HostProcess, refusal, temporaryHome } from '../support/host-process.ts'
import { keptCall, replay } from '../support/ledger.ts'
import { testDatabases } from '../support/postgres.ts'
import { callProbe, setUpTenant } from '../support/probe.ts'
import { isAlive, until } from '../support/processes.ts'
import { publish as publishFolder } from '../support/publish.ts'

const MIB = 1024 * 1024
const plugin = '@trusted/bytes'
const service = 'trusted.bytes'
const fixture = join(import.meta.dirname, '../fixtures/bytes-plugin')
const root = join(import.meta.dirname, '../../..')

const { hostUrl, pluginUrl } = await testDatabases(t)
const home = await temporaryHome(t)
const host = await HostProcess.start(t, {
  home,
  databaseUrl: hostUrl,
  environment: { PLUGIN_DATABASE_URL: pluginUrl, SIGNALBOX_TRUSTED: plugin },
})
await packPlugin(fixture)

/** The fixture with a native module that this machine can load, under a version. */
async function publish(version: string, tier = 'trusted'): Promise<void> {
  const folder = join(home, `package-${version}`)
  cpSync(fixture, folder, { recursive: true })
  const file = join(folder, 'package.json')
  const packageJson = JSON.parse(readFileSync(file, 'utf8'))
  const runtime = { ...packageJson.signalbox.runtime, tier }
  const signalbox = { ...packageJson.signalbox, runtime }
  writeFileSync(file, JSON.stringify({ ...packageJson, version, signalbox, scripts: {} }))
  mkdirSync(join(folder, 'native'))
  const [native = ''] = globSync('node_modules/@node-rs/argon2-*/*.node', { cwd: root })
  cpSync(join(root, native), join(folder, 'native/argon2.node'))
  await publishFolder(host, folder)
}

await publish('1.0.0')
await host.client.request('POST', '/v1/plugins', { name: plugin })
const acme = await setUpTenant(host, 'acme', {
  plugin,
  service,
  capabilities: ['service:call', 'link:share'],
})
const admin = host.as(acme.adminToken)
const headers = { authorization: `Bearer ${acme.key}` }
const url = (operation: string) => `${host.url}/api/${service}/v1/${operation}`
const ask = (operation: string, more: RequestInit = {}) =>
  fetch(url(operation), { headers, ...more })
const call = (operation: string) => callProbe(host, acme.key, operation, {}, service)
const seen = async () => (await call('seen')).body

interface Entry {
  readonly action: string
  readonly subject: string
}

async function audited(subject: string, outcome: string): Promise<void> {
  await until(async () => {
    const { items } = await host.client.request<{ items: Entry[] }>(
      'GET',
      // By its outcome: what else is written meanwhile is more the longer a machine takes.
      `/v1/audit?outcome=${outcome}&limit=100`,
    )
    return items.some((entry) => entry.subject.includes(subject))
  })
}

t.test('the bytes come as they are made, with the type of the contract', async (t) => {
  const response = await ask('lines?n=2000')
  t.equal(response.status, 200)
  t.equal(response.headers.get('content-type'), 'application/x-ndjson')
  t.equal(response.headers.get('transfer-encoding'), 'chunked')
  t.equal(response.headers.get('signalbox-version'), '1.0.0')
  t.equal(response.headers.get('content-disposition'), null)
  t.equal((await response.text()).trim().split('\n').length, 2000)
  const report = await ask('report', { method: 'POST', body: '{}', headers: json() })
  t.equal(
    report.headers.get('content-disposition'),
    `attachment; filename="__ _q1_.csv"; filename*=UTF-8''%E6%8A%A5%E8%A1%A8%20%22q1%22.csv`,
  )
  t.equal(await report.text(), '{"n":0}\n')
})

t.test('the catalog tells how an operation delivers', async (t) => {
  const { majors } = await admin.request<{ majors: { operations: object }[] }>(
    'GET',
    `/v1/catalog/services/${service}`,
  )
  const flood = { delivery: 'bytes', contentType: 'application/octet-stream', maxMb: 1024 }
  t.match(majors[0]?.operations, { flood })
})

const json = () => ({ ...headers, 'content-type': 'application/json' })

t.test('a refusal before the first byte is a refusal as ever', async (t) => {
  const refused = await ask('refuse')
  t.match(refused.headers.get('content-type'), /^application\/problem\+json/)
  t.match(await refused.json(), { status: 422, code: 'NOT_TODAY' })
  t.match((await call('json')).body, { code: 'CORE_BYTES_EXPECTED' })
})

t.test('a client that stands still holds the plugin, and the host does not grow', async (t) => {
  const before = rssMb(host.pid)
  const controller = new AbortController()
  const response = await ask('flood', { signal: controller.signal })
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  await reader.read()
  let last = -1
  await until(async () => {
    const { produced } = await seen()
    const stands = produced > 0 && produced === last
    last = produced
    return stands
  })
  // Credit, what Node holds of it on either side, and the sockets of the kernel.
  t.ok(last < 16 * MIB, `${last} bytes were made`)
  let taken = 0
  while (taken < 256 * MIB) taken += (await reader.read()).value?.length ?? 0
  // What a collector has not taken back yet comes to some dozens, whatever went through.
  const grown = rssMb(host.pid) - before
  t.ok(grown < 128, `${grown} MiB`)
  controller.abort()
  await until(async () => (await seen()).ended === 1)
  await audited('flood', 'CORE_CALLER_LEFT')
})

t.test('beyond its cap an answer is cut so that a client notices', async (t) => {
  const response = await ask('tooMuch')
  t.equal(response.status, 200)
  await t.rejects(response.arrayBuffer())
  await audited('tooMuch', 'CORE_BYTES_TOO_MANY')
  await until(() => /CORE_BYTES_TOO_MANY/.test(host.log()))
})

t.test('a process that ends in the middle ends no answer as if it were whole', async (t) => {
  const { pid } = await seen()
  const response = await ask('exit')
  t.equal(response.status, 200)
  await t.rejects(response.text())
  await until(() => !isAlive(pid))
  await audited('exit', 'SBX_LANE_LOST')
  t.match(await call('seen'), { status: 200 })
})

t.test('HEAD tells the type and makes the plugin send nothing', async (t) => {
  const { ended } = await seen()
  const head = await ask('flood', { method: 'HEAD' })
  t.equal(head.status, 200)
  t.equal(head.headers.get('content-type'), 'application/octet-stream')
  await until(async () => (await seen()).ended === ended + 1)
})

t.test('another plugin and a link are refused such an operation', async (t) => {
  t.match((await call('askItself')).body, { code: 'CORE_BYTES_NOT_HERE' })
  const { body: link } = await call('share')
  const { pathname } = new URL(link.url)
  const response = await fetch(`${host.url}${pathname}`)
  t.match(await response.json(), { status: 409, code: 'CORE_BYTES_NOT_HERE' })
})

t.test('host calls of a trusted version are audited, metered and counted like any', async (t) => {
  await audited('lines', 'begun')
  const { items } = await admin.request<{ items: { unit: string; units: number }[] }>(
    'GET',
    '/v1/tenants/acme/usage',
  )
  t.match(
    items.find(({ unit }) => unit === 'rows'),
    { units: 7 },
  )
  const sent = items.filter(({ unit }) => unit === 'host:bytes-delivered')
  t.ok(
    sent.some(({ units }) => units > 64 * MIB),
    'the answer whose client left counts as far as it went',
  )
  const counted = await admin.request<{ items: { key: string; bytesOut: string }[] }>(
    'GET',
    '/v1/usage?by=subscription',
  )
  t.ok(Number(counted.items[0]?.bytesOut) > 64 * MIB, 'and its subscriber used that much')
  const path = `/v1/tenants/acme/plugins/${encodeURIComponent(plugin)}/usage`
  const used = await admin.request<{ items: { hostCalls: number; bytesOut: number }[] }>(
    'GET',
    path,
  )
  t.ok(JSON.stringify(used).includes('hostCalls'))
})

t.test('a native module of the package is loaded', async (t) => {
  t.match(await call('native'), { status: 200, body: { hash: /^\$argon2id\$/ } })
})

t.test('a failed call is kept, and a replay of it is refused in words', async (t) => {
  const { invocation } = (await call('fail')).body
  const kept = await keptCall(admin, invocation)
  t.match(kept, { recording: { isolate: { tier: 'trusted' } } })
  const { code, errors } = await replay(host, [invocation], acme.adminToken)
  t.equal(code, 1)
  t.match(errors, /CORE_REPLAY_TIER/)
})

t.test('no version of the tier sandbox may promise bytes', async (t) => {
  const { errors } = await refusal(publish('2.0.0', 'sandbox'))
  t.match(JSON.stringify(errors), /runtime\.tier \\"trusted\\"/)
  const missing = await refusal(
    host.client.request('POST', '/v1/plugins', { name: plugin, version: '2.0.0' }),
  )
  t.equal(missing.status, 404)
})

t.test('a host that stops does not wait for a client that reads nothing', async (t) => {
  const sent = request(url('flood'), { headers })
  sent.on('error', () => undefined)
  sent.end()
  await new Promise((resolve) => sent.once('response', resolve))
  t.equal(await host.kill('SIGTERM'), 0)
})

function rssMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024
}
