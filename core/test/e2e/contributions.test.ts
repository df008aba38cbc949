import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { writeFiles } from '../../../marketplace/test/support/npm.ts'
import { until } from '../../../sandbox/test/until.ts'
import { fc } from '../../../sdk/test/seeded-check.ts'
import type { HostRefusal } from '../../src/cli/host-client.ts'
import { enablePlugin, installFixture } from '../support/fixture-plugin.ts'
import { HostProcess } from '../support/host-process.ts'
import { replay } from '../support/ledger.ts'
import { packedFixture } from '../support/packed-fixture.ts'
import { testDatabases } from '../support/postgres.ts'
import { callProbe, setUpTenant } from '../support/probe.ts'
import { publish } from '../support/publish.ts'

const points = '@points/one'
const methods = '@methods/one'
const point = 'points.one/method/v1'

const { hostUrl, pluginUrl } = await testDatabases(t)
const host = await HostProcess.start(t, {
  databaseUrl: hostUrl,
  environment: { PLUGIN_DATABASE_URL: pluginUrl },
})
// Before the owner of its points, which would not let all of it in.
await installFixture(host, 'methods-plugin', methods)
await installFixture(host, 'points-plugin', points)
const setUp = { plugin: points, service: 'points.one', capabilities: [] }
const acme = await setUpTenant(host, 'acme', setUp)
const globex = await setUpTenant(host, 'globex', setUp)
await enablePlugin(host.as(acme.adminToken), 'acme', methods, ['service:call'])

const list = (key: string, input = {}) => callProbe(host, key, 'list', input, 'points.one')
/** What the owner of the point answered to its change events, newest first. */
const seen = async (adminToken: string, tenant: string) => {
  const path = `/v1/tenants/${tenant}/dead-letters`
  const { items } = await host.as(adminToken).request<{ items: object[] }>('GET', path)
  return items as { type: string; key: string; code: string }[]
}
const ask = (key: string, input: unknown) => callProbe(host, key, 'ask', input, 'points.one')

t.test('what fits the point is seen where its plugin is enabled, and nowhere else', async (t) => {
  const value = { id: 'double', handler: 'double' }
  t.strictSame((await list(acme.key)).body, [{ plugin: methods, version: '1.0.0', value }])
  t.strictSame((await list(globex.key)).body, [])
})

t.test('the owner of a point is told of the change, and sees it', async (t) => {
  let letters: Awaited<ReturnType<typeof seen>> = []
  await until(async () => {
    letters = await seen(acme.adminToken, 'acme')
    return letters.length > 0
  })
  t.match(letters, [{ type: 'signalbox.contributions.changed', key: point, code: 'SEES_1' }])
  t.equal(letters.length, 1)
})

t.test('what does not fit an installed point is refused with its place', async (t) => {
  const fixture = await packedFixture('methods-plugin')
  const packageJson = JSON.parse(await readFile(join(fixture, 'package.json'), 'utf8'))
  const contributes = [
    { point, value: { id: 'double', handler: 'double' } },
    { point, value: { id: 'double', handler: 7 } },
    { point: 'notify/channel/v1', value: { channel: 'memo', label: { en: 'Memo' } } },
    { point: 'points.one/other/v1', value: 7 },
  ]
  const signalbox = { ...packageJson.signalbox, provides: { contributes } }
  const folder = await writeFiles(t.testdir(), {
    'dist/plugin.js': await readFile(join(fixture, 'dist/plugin.js'), 'utf8'),
    'package.json': JSON.stringify({ ...packageJson, name: '@methods/two', signalbox }),
  })
  await publish(host, folder)
  const places = ['/signalbox/provides/contributes/1/value/handler']
  places.push('/signalbox/provides/contributes/2/value/handler')
  const errors = places.map((pointer) => ({ pointer, at: 'package.json' }))
  const refused = host.client.request('POST', '/v1/plugins', { name: '@methods/two' })
  const problem = await refused.catch((error: HostRefusal) => error.problem)
  t.match(problem, { status: 422, code: 'CORE_CONTRIBUTION_UNFIT', errors })
})

t.test('an admin sees what does not fit, and why', async (t) => {
  const path = '/v1/tenants/acme/contributions'
  const { items } = await host.as(acme.adminToken).request<{ items: object[] }>('GET', path)
  t.match(items, [
    { point: 'notify/channel/v1', owner: { plugin: 'host' }, fits: true, errors: [] },
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
  t.ok(performance.now() - started < 28_000, 'whoever asked has thirty seconds')
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
  let codes: readonly string[] = []
  await until(async () => {
    codes = (await seen(acme.adminToken, 'acme')).map(({ code }) => code)
    return codes.length > 1
  })
  t.strictSame(codes, ['SEES_0', 'SEES_1'])
  t.strictSame(await seen(globex.adminToken, 'globex'), [])
})
