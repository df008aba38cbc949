import fc from 'fast-check'
import t from 'tap'
import { until } from '../../../sandbox/test/until.ts'
import { enablePlugin, installFixture } from '../support/fixture-plugin.ts'
import { HostProcess } from '../support/host-process.ts'
import { replay } from '../support/ledger.ts'
import { testDatabases } from '../support/postgres.ts'
import { callProbe, setUpTenant } from '../support/probe.ts'

const points = '@points/one'
const methods = '@methods/one'
const point = 'points.one/method/v1'

const { hostUrl, pluginUrl } = await testDatabases(t)
const host = await HostProcess.start(t, {
  databaseUrl: hostUrl,
  environment: { PLUGIN_DATABASE_URL: pluginUrl },
})
await installFixture(host, 'points-plugin', points)
await installFixture(host, 'methods-plugin', methods)
const setUp = { plugin: points, service: 'points.one', capabilities: [] }
const acme = await setUpTenant(host, 'acme', setUp)
const globex = await setUpTenant(host, 'globex', setUp)
await enablePlugin(host.as(acme.adminToken), 'acme', methods, ['service:call'])

const list = (key: string, input = {}) => callProbe(host, key, 'list', input, 'points.one')
const ask = (key: string, input: unknown) => callProbe(host, key, 'ask', input, 'points.one')

t.test('what fits the point is seen where its plugin is enabled, and nowhere else', async (t) => {
  const value = { id: 'double', handler: 'double' }
  t.strictSame((await list(acme.key)).body, [{ plugin: methods, version: '1.0.0', value }])
  t.strictSame((await list(globex.key)).body, [])
})

t.test('an admin sees what does not fit, and why', async (t) => {
  const path = '/v1/tenants/acme/contributions'
  const { items } = await host.as(acme.adminToken).request<{ items: object[] }>('GET', path)
  t.match(items, [
    { point: 'notify/channel/v1', owner: { plugin: 'host' }, fits: true, errors: [] },
    { point: 'notify/channel/v1', fits: false },
    { point, plugin: methods, owner: { plugin: points }, fits: true, errors: [] },
    { point, plugin: methods, fits: false, errors: [{ pointer: '/handler' }] },
    { point: 'points.one/other/v1', plugin: methods, owner: null, fits: false },
  ])
})

t.test("a handler runs as its own plugin, in the caller's tenant", async (t) => {
  const { body } = await ask(acme.key, { plugin: methods, handler: 'double', input: { n: 21 } })
  const principal = { kind: 'plugin', id: points }
  t.strictSame(body, { doubled: 42, tenant: 'acme', principal })
})

t.test("the contributor's own no reaches the caller by its code", async (t) => {
  const reply = await ask(acme.key, { plugin: methods, handler: 'refuse' })
  t.match(reply, { body: { code: 'METHOD_TOO_SHORT' } })
})

t.test('what nobody put there cannot be called', async (t) => {
  const handlers = ['absent', 'constructor', '__proto__', 'toString', 'hasOwnProperty']
  for (const handler of handlers) {
    const { status, body } = await ask(acme.key, { plugin: methods, handler })
    t.match(body.code, /^(SBX_HANDLER_MISSING|CORE_INPUT_INVALID)$/, `${handler}: ${body.code}`)
    t.ok(status >= 400, handler)
  }
  // Only what one owns may be read: a point of nobody, of another, and one that another contributes to.
  for (const other of ['points.one/other/v1', 'console/page/v1', 'points.one/method/v2']) {
    t.match(await list(acme.key, { point: other }), { body: { code: 'CORE_POINT_NOT_OWN' } }, other)
  }
})

t.test('a chain of plugins that comes back to itself is refused', async (t) => {
  const { body } = await ask(acme.key, { plugin: methods, handler: 'askBack' })
  t.equal(body.code, 'CORE_CALL_CYCLE')
})

t.test("a handler that never ends costs its own version's deadline, not the host's", async (t) => {
  const started = performance.now()
  const { body } = await ask(acme.key, { plugin: methods, handler: 'spin' })
  t.equal(body.code, 'SBX_DEADLINE_EXCEEDED')
  t.ok(performance.now() - started < 4000)
})

t.test('a handler that failed is kept, and fails the same when it is run again', async (t) => {
  await ask(acme.key, { plugin: methods, handler: 'double', input: null })
  const admin = host.as(acme.adminToken)
  let kept: { id: string; service: string; operation: string; code: string }[] = []
  await until(async () => {
    const { items } = await admin.request<{ items: typeof kept }>(
      'GET',
      '/v1/tenants/acme/invocations',
    )
    kept = items.filter(({ service, code }) => service === 'contribution' && /THREW/.test(code))
    return kept.length > 0
  })
  t.equal(kept[0]?.operation, `${point} double`)
  const { code, output } = await replay(host, [kept[0]?.id ?? ''], acme.adminToken)
  t.match(output, /same/i)
  t.equal(code, 0)
})

t.test('whatever is named as point or handler, the answer is a coded error', async () => {
  const odd = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 130 }),
    fc.constantFrom(
      '',
      '\0',
      '../x',
      'on',
      `${point}\0double`,
      `${point}\ndouble`,
      'a'.repeat(121),
    ),
  )
  await fc.assert(
    fc.asyncProperty(odd, odd, async (place, handler) => {
      const listed = await list(acme.key, { point: place })
      const called = await ask(acme.key, { plugin: methods, handler })
      return [listed, called].every(({ body }) => typeof body.code === 'string')
    }),
    { numRuns: 40, examples: [['constructor', 'constructor']] },
  )
})

t.test('a disabled plugin has put nothing anywhere', async (t) => {
  const admin = host.as(acme.adminToken)
  await admin.request('PUT', `/v1/tenants/acme/plugins/${encodeURIComponent(methods)}`, {
    binding: 'disabled',
  })
  t.strictSame((await list(acme.key)).body, [])
  t.equal((await ask(acme.key, { plugin: methods, handler: 'double' })).body, null)
})
