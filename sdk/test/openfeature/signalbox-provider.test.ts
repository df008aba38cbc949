import { OpenFeature } from '@openfeature/server-sdk'
import t, { type Test } from 'tap'
import {
  SignalboxProvider,
  type SignalboxProviderOptions,
} from '../../src/openfeature/signalbox-provider.ts'

const drawn = {
  plugin: '@acme/orders',
  rollout: 'rol_1',
  version: '1.3.0',
  arm: 'canary',
  generation: 7,
  bucket: 42,
  weightBp: 500,
  reason: 'tenant "acme" falls into bucket 42 of 10000; the canary takes those below 500',
}
const json =
  (body: unknown, status = 200) =>
  async () =>
    Response.json(body, { status })
const quiet = () => undefined
const silent = { error: quiet, warn: quiet, info: quiet, debug: quiet }
const context = { targetingKey: 'acme', tenant: 'acme' }

/** The real SDK's client before the provider, and a host that the test plays. */
async function setUp(t: Test, more: Partial<SignalboxProviderOptions> = {}) {
  const host = { answer: json(drawn) as () => Promise<Response>, asked: [] as string[], now: 0 }
  const provider = new SignalboxProvider({
    url: 'http://host.test',
    token: 'secret',
    now: () => host.now,
    fetch: async (url, init) => {
      host.asked.push(String(url))
      t.match(init, { redirect: 'error', headers: { authorization: 'Bearer secret' } })
      return host.answer()
    },
    ...more,
  })
  const domain = t.name
  await OpenFeature.setProviderAndWait(domain, provider)
  const client = OpenFeature.getClient(domain)
  client.setLogger(silent)
  return { host, client }
}

t.teardown(() => OpenFeature.close())

t.test('a flag is a plugin, and its variant the version that serves the key', async (t) => {
  const { host, client } = await setUp(t)
  const details = await client.getStringDetails('@acme/orders', '1.0.0', context)
  const { arm, generation, reason, bucket, rollout } = drawn
  t.match(details, { value: '1.3.0', variant: '1.3.0', reason: 'SPLIT' })
  t.same(details.flagMetadata, { arm, generation, reason, bucket, rollout })
  t.equal(await client.getBooleanValue('@acme/orders', false, context), true)
  t.same(host.asked, [
    'http://host.test/v1/assignment?plugin=%40acme%2Forders&tenant=acme&key=acme',
  ])
})

t.test(
  'without a rollout the version is static; where nothing was drawn, it matched',
  async (t) => {
    const { host, client } = await setUp(t, { freshMs: 0, tenant: 'acme' })
    const ask = () => client.getStringDetails('orders', '0', { targetingKey: 'k' })
    host.answer = json({ version: '1.2.0', arm: 'stable', generation: 1, reason: 'none' })
    t.match(await ask(), { value: '1.2.0', reason: 'STATIC' })
    host.answer = json({ ...drawn, bucket: undefined })
    t.match(await ask(), { value: '1.3.0', reason: 'TARGETING_MATCH' })
  },
)

t.test('while the host is away, the last answer is given, and asked for seldom', async (t) => {
  const { host, client } = await setUp(t)
  const ask = () => client.getStringDetails('orders', 'default', context)
  await ask()
  t.match(await ask(), { value: '1.3.0', reason: 'CACHED' })
  t.equal(host.asked.length, 1)
  host.now = 5000
  host.answer = () => Promise.reject(new Error('ECONNREFUSED'))
  for (let call = 0; call < 5; call++) t.match(await ask(), { value: '1.3.0', reason: 'STALE' })
  t.equal(host.asked.length, 2, 'one tried')
  host.now = 6000
  host.answer = json({ ...drawn, version: '1.2.0', arm: 'stable', generation: 8 })
  t.match(await ask(), { value: '1.2.0', reason: 'SPLIT' }, 'back by itself')
})

for (const [name, answer] of Object.entries({
  'is away': () => Promise.reject(new Error('ECONNREFUSED')),
  'is overloaded': json({ code: 'CORE_OVERLOADED' }, 503),
  'refuses the token': json({ code: 'CORE_AUTHENTICATION_REQUIRED' }, 401),
  'is something else': json({ hello: 'world' }),
  'answers no JSON': async () => new Response('<html>'),
})) {
  t.test(`a host that ${name} and never answered gives the default`, async (t) => {
    const { host, client } = await setUp(t)
    host.answer = answer
    const details = await client.getStringDetails('orders', 'default', context)
    t.match(details, { value: 'default', reason: 'ERROR', errorCode: 'GENERAL' })
    t.notMatch(JSON.stringify(details), 'secret')
  })
}

t.test('a host that does not answer is waited for until the deadline', async (t) => {
  const hanging: typeof fetch = (_url, init) =>
    new Promise((_resolve, reject) => {
      init?.signal?.addEventListener('abort', () => reject(init.signal?.reason))
    })
  const { client } = await setUp(t, { deadlineMs: 20, fetch: hanging })
  // The deadline's own timer keeps no process alive.
  const alive = setTimeout(() => undefined, 20_000)
  const details = await client.getStringDetails('orders', 'default', context)
  clearTimeout(alive)
  t.match(details, { value: 'default', reason: 'ERROR' })
})

t.test('what the host refuses is said as OpenFeature says it', async (t) => {
  const { host, client } = await setUp(t)
  const asked = (more: object) => client.getStringDetails('orders', 'd', { ...context, ...more })
  host.answer = json({ code: 'CORE_PLUGIN_MISSING' }, 404)
  t.match(await asked({}), { value: 'd', errorCode: 'FLAG_NOT_FOUND' })
  host.answer = json({ title: 'tenant is too long' }, 400)
  t.match(await asked({}), { errorCode: 'INVALID_CONTEXT', errorMessage: 'tenant is too long' })
  t.match(await asked({ targetingKey: '' }), { errorCode: 'TARGETING_KEY_MISSING' })
  t.match(await asked({ tenant: 7 }), { errorCode: 'INVALID_CONTEXT' })
  t.match(await client.getNumberDetails('orders', 1, context), { errorCode: 'TYPE_MISMATCH' })
  t.match(await client.getObjectDetails('orders', {}, context), { errorCode: 'TYPE_MISMATCH' })
})

t.test(
  'evaluations at once of one key share one request, and too many wait for none',
  async (t) => {
    const { host, client } = await setUp(t)
    const gate = Promise.withResolvers<void>()
    host.answer = () => gate.promise.then(json(drawn))
    const ask = (key: string) =>
      client.getStringDetails('orders', 'default', { ...context, targetingKey: key })
    const same = [ask('0'), ask('0'), ask('0')]
    const others = Array.from({ length: 300 }, (_, key) => ask(`${key}`))
    const refused = await ask('one more')
    t.match(refused, { value: 'default', reason: 'ERROR' })
    t.equal(host.asked.length, 256)
    gate.resolve()
    for (const { value } of await Promise.all(same)) t.equal(value, '1.3.0')
    t.equal((await Promise.all(others)).filter(({ value }) => value === '1.3.0').length, 256)
  },
)
