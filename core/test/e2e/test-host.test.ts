import { isCodedError } from '@signalbox/sdk/errors'
import { createTestHost, type TestHost } from '@signalbox/sdk/testing'
import t from 'tap'
import twin from '../fixtures/twin-plugin/src/index.ts'
import { installFixture } from '../support/fixture-plugin.ts'
import { HostProcess } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { callProbe, setUpTenant } from '../support/probe.ts'

const plugin = '@twin/one'
const service = 'twin.one'
const all = ['db:own', 'event:publish', 'http:fetch', 'job:schedule', 'notify:send', 'service:call']
const { hostUrl, pluginUrl } = await testDatabases(t)
const real = await HostProcess.start(t, {
  databaseUrl: hostUrl,
  environment: { PLUGIN_DATABASE_URL: pluginUrl },
})
await installFixture(real, 'twin-plugin', plugin)
const keys = {
  acme: (await setUpTenant(real, 'acme', { plugin, service, capabilities: all })).key,
  bare: (await setUpTenant(real, 'bare', { plugin, service, capabilities: [] })).key,
}
type Tenant = keyof typeof keys

/** A fresh one for each case: what one case has spent is no matter of another. */
async function inMemory(tenant: Tenant): Promise<TestHost> {
  const folder = new URL('../fixtures/twin-plugin/', import.meta.url)
  const grants = tenant === 'acme' ? 'asked' : []
  const answers = { database: () => [{ one: 1 }] }
  return createTestHost({ folder, plugin: twin, grants, tenant, answers })
}

interface Told {
  readonly output?: unknown
  readonly code?: string
  readonly title?: string
  readonly pointers?: readonly string[]
}

async function ofReal(tenant: Tenant, operation: string, input: unknown): Promise<Told> {
  const { status, body } = await callProbe(real, keys[tenant], operation, input, service)
  if (status === 200) return { output: body }
  const { code, title, errors = [] } = body
  return refused(code, title, errors)
}

async function ofMemory(tenant: Tenant, operation: string, input: unknown): Promise<Told> {
  try {
    return { output: await (await inMemory(tenant)).call(service, operation, input) }
  } catch (error) {
    if (!isCodedError(error)) throw error
    const { code, message, faults } = error
    return refused(code, message, faults)
  }
}

/** Word by word, but for how long it took. */
function refused(code: string, title: string, faults: readonly { pointer: string }[]): Told {
  const words = title.replace(/\d+ ms/g, '… ms')
  return { code, title: words, pointers: faults.map(({ pointer }) => pointer) }
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
  ['nothing', {}],
  ...['well', 'refusing', 'throwing', 'breaking', 'nothing', 'circular', 'large', 'never'].map(
    (how) => ['behave', { how }] as const,
  ),
]

const cases = [...asked.map((input) => ['ask', input] as const), ...others]

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

t.test('what it has not, it names', async (t) => {
  const host = await inMemory('acme')
  const told = (act: string) =>
    host.call<{ code: string; message: string }>(service, 'ask', ask(act))
  t.match(await told('blob'), { code: 'SDK_TEST_CALL_UNSUPPORTED', message: /blobs\.list/ })
  t.match(await told('secret'), { code: 'SDK_TEST_CALL_UNSUPPORTED', message: /ctx\.secrets/ })
})
