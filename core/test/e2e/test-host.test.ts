import { gzipSync } from 'node:zlib'
import { isCodedError } from '@signalbox/sdk/errors'
import { createTestHost, type TestAnswers, type TestHost } from '@signalbox/sdk/testing'
import t from 'tap'
import { double, view } from '../fixtures/giver-plugin/src/index.ts'
import twin from '../fixtures/twin-plugin/src/index.ts'
import { installFixture } from '../support/fixture-plugin.ts'
import { HostProcess } from '../support/host-process.ts'
import { outboundServer } from '../support/outbound-server.ts'
import { testDatabases } from '../support/postgres.ts'
import { callProbe, setUpTenant } from '../support/probe.ts'
import { keyFile } from '../support/sealing.ts'

const plugin = '@twin/one'
const service = 'twin.one'
const giver = '@twin/giver'
const all = [
  ...['db:own', 'event:publish', 'http:fetch', 'job:schedule', 'notify:send', 'service:call'],
  ...['blob:own', 'identity:read', 'link:share', 'secret:use'],
]
const secrets = { 'api-key': 'kanarienvogel-4711+/', 'other-key': 'another' }
const units = [
  { id: 'works', name: 'Works', parent: null },
  { id: 'works-1', name: 'Hall 1', parent: 'works' },
  { id: 'works1', name: 'Another', parent: null },
]

/** Both hosts ask it; what it tells of a request is what both send. */
const server = await outboundServer(t, ({ method, url, headers, body }, response) => {
  if (url.startsWith('/v1/large')) {
    response.end(Buffer.alloc(5000, 'x'))
    return
  }
  if (url.startsWith('/v1/packed')) {
    response.setHeader('set-cookie', ['a=1', 'b=2'])
    response.writeHead(200, { 'content-encoding': 'gzip', 'x-name': 'naïve' })
    response.end(gzipSync('packed'))
    return
  }
  const to = { away: 'https://api.example.com/v1/x', once: '/v1/there', out: '/v2/x', loop: url }
  const kind = url.slice('/v1/'.length)
  if (Object.hasOwn(to, kind)) {
    response.writeHead(302, { location: to[kind as keyof typeof to] }).end()
    return
  }
  response.setHeader('x-echo', headers['x-key'] ?? 'none')
  const { 'x-key': key, authorization } = headers
  response.end(JSON.stringify({ method, url, key, authorization, body }))
})
const config = { origin: server.origin }
const { hostUrl, pluginUrl } = await testDatabases(t)
const real = await HostProcess.start(t, {
  databaseUrl: hostUrl,
  environment: {
    PLUGIN_DATABASE_URL: pluginUrl,
    SIGNALBOX_KEY_FILE: await keyFile(t),
    SIGNALBOX_FETCH_ALLOW: server.origin,
  },
})
// In this order: what does not fit a point that is there is not installed.
await installFixture(real, 'giver-plugin', giver)
await installFixture(real, 'twin-plugin', plugin)

async function setUp(tenant: string, capabilities: string[]): Promise<string> {
  const { key, adminToken } = await setUpTenant(real, tenant, { plugin, service, capabilities })
  const admin = real.as(adminToken)
  const path = `/v1/tenants/${tenant}/plugins`
  await admin.request('PUT', `${path}/${encodeURIComponent(giver)}`, { binding: 'enabled' })
  const own = `${path}/${encodeURIComponent(plugin)}`
  await admin.request('PUT', `${own}/config`, config)
  for (const [name, value] of Object.entries(secrets)) {
    await admin.request('PUT', `${own}/secrets/${name}`, { value })
  }
  for (const unit of units) await admin.request('POST', '/v1/units', unit)
  return key
}

const keys = { acme: await setUp('acme', all), bare: await setUp('bare', []) }
type Tenant = keyof typeof keys

/** A fresh one for each case: what one case has spent is no matter of another. */
async function inMemory(tenant: Tenant): Promise<TestHost> {
  const folder = new URL('../fixtures/twin-plugin/', import.meta.url)
  const grants = tenant === 'acme' ? 'asked' : []
  const extras = [
    { plugin: giver, value: { id: 'double', handler: 'double' }, handlers: { double } },
    { plugin: giver, value: { handler: 'what has no id is left out' } },
  ]
  const answers: TestAnswers = {
    database: () => [{ one: 1 }],
    fetch: (request) => fetch(request),
    services: { 'orders.demand@1': { view } } as TestAnswers['services'] & object,
    secrets,
    units,
    contributions: { 'twin.one/extra/v1': extras } as TestAnswers['contributions'] & object,
  }
  return createTestHost({ folder, plugin: twin, grants, tenant, config, answers })
}

interface Told {
  readonly output?: unknown
  readonly code?: string
  readonly title?: string
  readonly pointers?: readonly string[]
}

async function ofReal(tenant: Tenant, operation: string, input: unknown): Promise<Told> {
  const { status, body } = await callProbe(real, keys[tenant], operation, input, service)
  if (status === 200) return { output: plain(body) }
  const { code, title, errors = [] } = body
  return refused(code, title, errors)
}

async function ofMemory(tenant: Tenant, operation: string, input: unknown): Promise<Told> {
  try {
    return { output: plain(await (await inMemory(tenant)).call(service, operation, input)) }
  } catch (error) {
    if (!isCodedError(error)) throw error
    const { code, message, faults } = error
    return refused(code, message, faults)
  }
}

/** Word by word, but for how long it took. */
function refused(code: string, title: string, faults: readonly { pointer: string }[]): Told {
  // Of a service that others provide, a host of tests knows the contract, and not whose it is.
  const words = title.replace(/\d+ ms/g, '… ms').replace('@twin/giver@1.0.0', 'orders.demand@1')
  return { code, title: words, pointers: faults.map(({ pointer }) => pointer) }
}

/** What is drawn, or depends on the hour or the place, is not compared. */
function plain(output: unknown): unknown {
  const text = JSON.stringify(output)
    .replace(/upl_[0-9a-f]{24}/g, 'upl_…')
    .replace(/link_[0-9a-f]{28}/g, 'link_…')
    .replace(/https?:\/\/[^/"]+\/links\/lnk_[\w-]{43}/g, 'lnk_…')
    .replace(/20\d\d-\d\d-\d\dT[\d:.]+Z/g, 'then')
  return JSON.parse(text)
}

const ask = (act: string, ...args: unknown[]) => ({ act, args })
const deep = (levels: number) => {
  let value: object = {}
  for (let level = 0; level < levels; level++) value = { value }
  return value
}

/** What is refused, or answered, before anything outside is asked: there both hosts must agree, word by word. */
const asked: readonly object[] = [
  ask('query', 'select 1 as one'),
  ask('query', ''),
  ask('query', 7),
  ask('query', 'select $1', 'no list'),
  ask('query', `select '${'x'.repeat(100_001)}'`.slice(0, 15_000), Array(1001).fill(0)),
  ask('batch', 'insert into notes values ($1)', []),
  ask('batch', 'insert into notes values ($1)', 'none'),
  ask('transaction', []),
  ask('transaction', Array(65).fill({ sql: 'select 1' })),
  ask('transaction', [{ sql: 'select 1', more: true }]),
  ask('transaction', [{ sql: 'select 1 as one', rows: 2 }]),
  ask('transaction', [{ sql: 'select 1 as one' }], { events: [{ type: 'twin.told', data: {} }] }),
  ask('transaction', [{ sql: 'select 1' }], { events: [{ type: 'other.told', data: {} }] }),
  ask('publish', 'twin.told', { n: 1 }, { id: 'mine' }),
  ask('publish', 'twin.told', { n: -1 }),
  ask('publish', 'twin.told', { n: 1, more: 2 }),
  ask('publish', 'twin.told', null),
  ask('publish', 'twin.told', deep(70)),
  ask('publish', 'twin.untold', { n: 1 }),
  ask('publish', 'twin.told', { n: 1 }, { key: '' }),
  ask('publish', 'twin.told', { n: 1 }, { key: 'x'.repeat(201) }),
  ask('publish', 'twin.told', { n: 1 }, { id: 'a\nb' }),
  ask('publish', 7, {}),
  ask('call', 'orders.demand', 'take', {}),
  ask('call', 'orders.demand@2', 'view', {}),
  ask('call', 'stock.level', 'view', {}),
  ask('call', 'x'.repeat(121), 'view', {}),
  ask('fetch', 'https://other.example.com/v1/x'),
  ask('fetch', 'https://api.example.com/v2/x'),
  ask('fetch', 'https://api.example.com/v1/x', { method: 'POST', body: 'x' }),
  ask('fetch', 'https://api.example.com/v1/../v2/x'),
  ask('fetch', 'ftp://api.example.com/v1/x'),
  ask('notify', { channel: 'mail', to: [], subject: 's', text: 't' }),
  ask('notify', { channel: 'mail', to: ['a@b.test'], subject: 'a\nb', text: 't' }),
  ask('notify', { channel: 'sms', to: ['a@b.test'], subject: 's', text: 't' }),
  ask('notify', { channel: 'mail', to: ['a@b.test'], subject: 's', text: 't' }),
  ask('schedule', 'never', { afterMs: 1 }),
  ask('schedule', 'later', {}),
  ask('schedule', 'later', { afterMs: 1, at: 2 }),
  ask('schedule', 'later', { afterMs: -1 }),
  ask('schedule', 'later', { afterMs: 9e15 }),
  ask('schedule', 'later', { afterMs: 4e11 }),
  ask('schedule', 'later', { afterMs: 1e9, key: 'sch_000000000000000000000001' }),
  ask('cancel', 'nothing'),
  ask('cancel', ''),
  ask('meter', 'rows', 2),
  ask('meter', 'Rows', 1),
  ask('meter', 'rows', 0.5),
  ask('meter', 'rows', -1),
  ask('many', 65),
  ask('oneByOne', 201),
  ask('long', 256 * 1024),
  ask('hash', 'SHA-256', 'abc'),
  ask('hash', 'MD5', 'abc'),
  ask('who'),
]

const none = '0'.repeat(64)
const hello = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824'
const large = '7ceaf8646cdb9dc37e11d690cfd0359780d6ade6cd09a3e64fec16836ae1d374'
const at = (path: string) => `${server.origin}/v1/${path}`
const steps = (...all: readonly (readonly [string, ...unknown[]])[]) => ask('steps', all)

/** What is kept, and what goes out and comes back. */
const kept: readonly object[] = [
  steps(['put', 'hello'], ['put', 'hello', { type: 'text/plain' }], ['stat', hello]),
  steps(['put', 'hello'], ['get', hello], ['get', hello, { offset: 1, length: 2 }]),
  steps(['put', 'hello'], ['get', hello, { offset: 5 }], ['get', hello, { offset: 6 }]),
  steps(['put', 'hello'], ['delete', hello], ['delete', hello], ['stat', hello]),
  steps(['put', ''], ['put', 7], ['put', {}], ['put', 'x', { type: 'no type' }]),
  steps(['put', { fill: 194_000 }], ['put', { fill: 195_500 }], ['put', { fill: 200_000 }]),
  steps(['get', none], ['get', 'nonsense'], ['get', none, { length: -1 }], ['stat', none]),
  steps(['put', 'a'], ['put', 'b'], ['put', 'c'], ['list', { limit: 2 }], ['list', {}]),
  steps(['list', { limit: 0 }], ['list', { limit: 201 }], ['list', { cursor: 'x' }]),
  steps(['put', 'a'], ['put', 'b'], ['list', { cursor: '3'.repeat(64) }], ['delete', '']),
  steps(
    ['put', 'hello'],
    ['compose', [{ sha256: hello, offset: 1 }, '文', { sha256: hello, length: 1 }]],
    ['compose', [{ sha256: hello }], { type: 'text/csv', digests: ['sm3', 'sha512'] }],
    ['digest', [{ sha256: hello, offset: 1 }, '文'], { digests: ['sm3'] }],
    ['compose', ['', { sha256: hello, offset: 5 }]],
    ['compose', [{ sha256: hello, offset: 5, length: 1 }]],
    ['list', {}],
  ),
  steps(['compose', ['x', { fill: 194_000 }]], ['compose', ['x', { fill: 196_000 }]]),
  steps(['digest', [{ sha256: hello }]], ['compose', []], ['compose', 7], ['digest', [7]]),
  steps(
    ['compose', [{}]],
    ['compose', [{ sha256: 'A' }]],
    ['compose', ['x'], { digests: ['md5'] }],
  ),
  steps(['write', {}, { fill: 700_000 }, 'finish'], ['compose', [{ sha256: hello }, 'x']]),
  steps(['write', {}, 'one', 'two', 'finish'], ['list', {}]),
  steps(['write', { type: 'text/csv' }, 'finish'], ['list', {}]),
  steps(['write', {}, { fill: 400_000 }, 'finish'], ['write', {}, 7]),
  steps(['write', {}, { fill: 400_000 }, 'finish'], ['get', large], ['get', large, { length: 7 }]),
  steps(['write', {}, { fill: 700_000 }], ['write', {}, { fill: 400_000 }], ['put', 'x']),
  steps(['write', {}, { fill: 700_000 }], ['put', { fill: 190_000 }], ['put', { fill: 180_000 }]),
  steps(['write', { upload: `upl_${'0'.repeat(24)}`, size: 0 }, 'x']),
  steps(['write', { upload: 'mine', size: 0 }, 'x'], ['write', { type: 'no type' }, 'x']),
  steps(['open', 16], ['write', {}, 'x']),
  steps(['share', 'twin.one/add', { a: 1 }], ['share', 'twin.one/add', { a: 1 }, { ttlS: 60 }]),
  steps(['share', 'twin.one/add', {}, { ttlS: 86_401 }], ['share', 'twin.one/add', 'x']),
  steps(['share', 'twin.one/behave', {}], ['share', 'twin.one/add', { long: 5000 }]),
  steps(['shareAndRevoke'], ['revoke', `link_${'0'.repeat(28)}`], ['revoke', 'x']),
  ask('asset', 'assets/rates.json'),
  ask('asset', 'assets/rates.json', { offset: 2, length: 5 }),
  ask('asset', 'assets/rates.json', { offset: 1000 }),
  ask('asset', 'assets/none.json'),
  ask('asset', 'package.json'),
  ask('asset', 'contracts/twin.one.json'),
  ask('asset', 'src/index.ts'),
  ask('asset', '../secret'),
  ask('asset', ''),
  ask('units'),
  ask('units', 'works'),
  ask('units', 'works-1'),
  ask('units', 'No Unit'),
  ask('extras', 'twin.one/extra/v1'),
  ask('extras', 'twin.one/other/v1'),
  ask('extras', 'No Point'),
  ask('callExtra', 'double', { n: 2 }),
  ask('callExtra', 'triple', { n: 2 }),
  ask('callExtra', 'no handler', {}),
  ask('call', 'orders.demand', 'view', { item: 'A-1' }),
  ask('call', 'orders.demand@1', 'view', { item: 'gone' }),
  ask('call', 'orders.demand', 'view', {}),
  ask('call', 'orders.demand', 'view', { item: 'x'.repeat(21) }),
  ask('fetchText', at('x')),
  ask('fetchText', at('x'), { method: 'POST', body: 'sent' }),
  ask('fetchText', at('x'), { method: 'DELETE' }),
  ask('fetchText', at('x'), { headers: { 'x-key': 'mine' } }),
  ask('fetchText', at('x'), { headers: { 'x-key': 'x'.repeat(14_000), a: 'x'.repeat(1000) } }),
  ask('fetchText', at('large')),
  ask('fetchText', at('once')),
  ask('fetchText', at('once'), { redirect: 'manual' }),
  ask('fetchText', at('once'), { redirect: 'error' }),
  ask('fetchText', at('away')),
  ask('fetchText', at('out')),
  ask('fetchText', at('loop')),
  ask('fetchText', at('packed')),
  ask('fetchHeaders', at('packed')),
  ask('fetchHeaders', at('x')),
  ask('secret', at('x')),
  ask('secret', at('once')),
  ask('secret', at('x'), { name: 'unset-key' }),
  ask('secret', at('x'), { name: 'other-key' }),
  ask('secret', at('x'), { name: 'none' }),
  ask('secret', at('x'), { body: 'with {{secret:api-key}}' }),
  ask('secret', at('x'), { body: 'with {{secret:none}}' }),
  ask('secret', at('{{secret:api-key}}')),
  ask('secret', at('x?key={{secret:api-key}}')),
  ask('basic', at('x'), 'user ü', 'api-key'),
  ask('basic', at('x'), 'a:b', 'api-key'),
  ask('basic', at('x'), 7, 'api-key'),
  ask('refTo', 7),
  ask('refTo', 'any'),
  ask('timers', 32),
  ask('timers', 33),
  ask('waits', 5),
]

const others: readonly (readonly [operation: string, input: unknown])[] = [
  ['add', { a: 1, b: 2 }],
  ['add', { a: 1 }],
  ['add', { a: 101, b: 2 }],
  ['add', { a: '1', b: 2, c: 3 }],
  ['add', []],
  ['ask', { act: 'x'.repeat(17 * 1024), args: [] }],
  ['ask', ask('nothing of the kind')],
  ['ask', { act: 'publish', args: ['twin.told', {}], isCaught: false }],
  ['ask', { act: 'query', args: [''], isCaught: false }],
  ['ask', { act: 'many', args: [65], isCaught: false }],
  ['ask', { act: 'hash', args: ['MD5', 'abc'], isCaught: false }],
  ['ask', { act: 'timers', args: [33], isCaught: false }],
  ['ask', { act: 'call', args: ['orders.demand', 'view', { item: 'wrong' }], isCaught: false }],
  ['nothing', {}],
  ...['well', 'refusing', 'throwing', 'breaking', 'nothing', 'circular', 'large', 'never'].map(
    (how) => ['behave', { how }] as const,
  ),
]

const cases = [...[...asked, ...kept].map((input) => ['ask', input] as const), ...others]

for (const tenant of ['acme', 'bare'] as const) {
  t.test(`the host of tests says what a real host says, to ${tenant}`, async (t) => {
    for (const [operation, input] of cases) {
      const name = `${operation} ${JSON.stringify(input).slice(0, 90)}`
      const [one, other] = await Promise.all([
        ofReal(tenant, operation, input),
        ofMemory(tenant, operation, input),
      ])
      t.same(other, one, name)
    }
  })
}

t.test('a unit too many and a spent budget are refused as they are there', async (t) => {
  const tooMany = { act: 'meterMany', args: [17] }
  t.same(await ofMemory('acme', 'ask', tooMany), await ofReal('acme', 'ask', tooMany))
  const host = await inMemory('acme')
  const message = { channel: 'mail', to: ['a@b.test'], subject: 's', text: 't' }
  const send = () => host.call<{ code: string }>(service, 'ask', ask('notify', message))
  for (let n = 0; n < 60; n++) t.equal((await send()).code, 'CORE_CHANNEL_MISSING')
  t.equal((await send()).code, 'CORE_BUDGET_SPENT')
  await host.advance(1000)
  t.equal((await send()).code, 'CORE_CHANNEL_MISSING', 'a second later there is one more')
})

t.test('a shared link is followed as it is there, until it is taken back', async (t) => {
  const host = await inMemory('acme')
  const share = ask('steps', [['share', 'twin.one/add', { a: 1 }]])
  type Shared = { value: [{ id: string; url: string }] }
  const [mine] = (await host.call<Shared>(service, 'ask', share)).value
  const reply = await callProbe(real, keys.acme, 'ask', share, service)
  const theirs: { id: string; url: string } = reply.body.value[0]
  const followReal = async (url: string, input: object) => {
    const headers = { 'content-type': 'application/json' }
    const place = new URL(new URL(url).pathname, real.url)
    const response = await fetch(place, { method: 'POST', headers, body: JSON.stringify(input) })
    // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came
    const { code, title, errors = [], ...body }: any = await response.json()
    return code === undefined ? body : refused(code, title, errors)
  }
  const followMine = (url: string, input: Record<string, unknown>) =>
    host.follow(url, input).catch((error) => {
      if (!isCodedError(error)) throw error
      return refused(error.code, error.message, error.faults)
    })
  for (const input of [{ b: 2 }, { a: 50, b: 2 }, { b: 101 }, {}]) {
    t.same(await followMine(mine.url, input), await followReal(theirs.url, input))
  }
  t.same(
    host.links.map(({ operation, input }) => [operation, input]),
    [['twin.one/add', { a: 1 }]],
  )
  await host.call(service, 'ask', ask('steps', [['revoke', mine.id]]))
  await callProbe(real, keys.acme, 'ask', ask('steps', [['revoke', theirs.id]]), service)
  const [over, there] = [await followMine(mine.url, {}), await followReal(theirs.url, {})]
  t.match([over, there], [{ code: 'CORE_LINK_EXPIRED' }, { code: 'CORE_LINK_EXPIRED' }])
  const gone = `${new URL(theirs.url).origin}/links/lnk_${'0'.repeat(43)}`
  t.same(await followMine(gone, {}), await followReal(gone, {}))
})

t.test('what it has not, it names', async (t) => {
  const host = await inMemory('acme')
  const told = (act: string) =>
    host.call<{ code: string; message: string }>(service, 'ask', ask(act))
  t.match(await told('sign'), { code: 'SDK_TEST_CALL_UNSUPPORTED', message: /keys\.publicKey/ })
  t.match(await told('pick'), { code: 'SDK_TEST_CALL_UNSUPPORTED', message: /ctx\.rollouts/ })
})
