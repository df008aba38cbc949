import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { writeFiles } from '../../../marketplace/test/support/npm.ts'
import { until } from '../../../sandbox/test/until.ts'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { received, setUpEventTenant, subscriber } from '../support/events.ts'
import { enablePlugin, installFixture } from '../support/fixture-plugin.ts'
import { HostProcess, temporaryHome } from '../support/host-process.ts'
import { packedFixture } from '../support/packed-fixture.ts'
import { testDatabases } from '../support/postgres.ts'
import { callProbe, setUpTenant } from '../support/probe.ts'
import { publish } from '../support/publish.ts'

const recipes = '@recipes/one'
const kind = 'inspection-plan'
const { hostUrl, pluginUrl } = await testDatabases(t)
const home = await temporaryHome(t)
const settings = {
  databaseUrl: hostUrl,
  home,
  environment: { PLUGIN_DATABASE_URL: pluginUrl },
}
const host = await HostProcess.start(t, settings)
await installFixture(host, 'recipes-plugin', recipes)
await installFixture(host, 'events-publisher-plugin', '@events/publisher')
await installFixture(host, 'events-subscriber-plugin', subscriber)
const events = await setUpEventTenant(host, 'acme')
const setUp = { plugin: recipes, service: 'recipes.one', capabilities: ['rollout:use'] }
const globex = await setUpTenant(host, 'globex', setUp)
const admin = host.as(events.adminToken)
await enablePlugin(admin, 'acme', recipes, ['rollout:use'])
const subscription = await admin.request<{ id: string }>('POST', '/v1/subscriptions', {
  app: 'app',
  service: 'recipes.one',
  major: 1,
})
const { key } = await admin.request<{ key: string }>(
  'POST',
  `/v1/subscriptions/${subscription.id}/credentials`,
)

const call = (operation: string, input: unknown, as = key) =>
  callProbe(host, as, operation, input, 'recipes.one')
const steps = [
  { weightBp: 5000, hold: { exposures: 1000 } },
  { weightBp: 10_000, hold: {} },
]
const plan = (id: string) => ({ kind, id, from: '1', to: '2', steps })

/** The same plugin as 1.1.0, in a folder that npm can publish. */
async function nextVersion(): Promise<string> {
  const fixture = await packedFixture('recipes-plugin')
  const textOf = (path: string) => readFile(join(fixture, path), 'utf8')
  const packageJson = JSON.parse(await textOf('package.json'))
  return writeFiles(join(home, 'recipes'), {
    'dist/plugin.js': await textOf('dist/plugin.js'),
    'contracts/recipes.one.json': await textOf('contracts/recipes.one.json'),
    'package.json': JSON.stringify({ ...packageJson, version: '1.1.0', scripts: {} }),
  })
}

async function heard(type: RegExp) {
  return (await received(host, events)).filter((event) => type.test(event.type))
}

t.test('a bad version of a document is taken back by itself, and a plugin hears why', async (t) => {
  const { body } = await call('release', plan('P-7'))
  t.match(body, { kind, document: 'P-7', state: 'ready', from: '1', to: '2' })
  const rollout = body.id
  t.match((await call('inspect', { kind, id: 'P-7' })).body, { version: '1', pick: null })
  t.match((await call('move', { command: 'start', kind, rollout })).body, { state: 'running' })
  let versions: string[] = []
  await until(async () => {
    versions.push((await call('inspect', { kind, id: 'P-7' })).body.version)
    return (await heard(/rollout\.abort$/)).length > 0
  })
  t.ok(versions.includes('2'))
  const told = await heard(/^signalbox\.rollout\./)
  t.same(
    told.map(({ type, data }) => [type, data.state.after]),
    [
      ['signalbox.rollout.start', 'running'],
      ['signalbox.rollout.abort', 'aborted'],
    ],
  )
  t.match(told[1]?.data, {
    rollout,
    document: 'P-7',
    plugin: recipes,
    reason: { en: /failed calls were of 2/, 'zh-CN': /2/ },
    by: 'judge',
  })
  versions = []
  for (let n = 0; n < 5; n++) {
    versions.push((await call('inspect', { kind, id: 'P-7' })).body.version)
  }
  t.same(versions, ['1', '1', '1', '1', '1'])
})

t.test('the operator sees it by its kind, and what was asked is in the audit', async (t) => {
  const { items } = await host.client.request<{ items: object[] }>(
    'GET',
    `/v1/rollouts?kind=${kind}`,
  )
  t.match(items, [{ kind, plugin: recipes, tenant: 'acme', document: 'P-7', state: 'aborted' }])
  t.same((await host.client.request<{ items: object[] }>('GET', '/v1/rollouts')).items, [])
  // Each by its action: how many calls there were, each with what it asked, is a matter of how quick the judge was.
  const of = async (action: string) => {
    const path = `/v1/audit?action=${action}&limit=200`
    return (await admin.request<{ items: object[] }>('GET', path)).items[0]
  }
  t.match(await of('capability.rollouts.plan'), { actor: `plugin:${recipes}`, outcome: 'begun' })
  t.match(await of('rollout.start'), { actor: `plugin:${recipes}`, outcome: 'done' })
  t.match(await of('rollout.abort'), { actor: 'judge' })
})

t.test('without the grant, of another kind or not whole nothing is done', async (t) => {
  const cases: readonly (readonly [string, object, string])[] = [
    ['release', { ...plan('P-8'), kind: 'mail' }, 'CORE_GRANT_MISSING'],
    ['release', { ...plan('P-8'), kind: 'plugin' }, 'CORE_GRANT_MISSING'],
    ['release', { ...plan('P-8'), to: '1' }, 'CORE_INPUT_INVALID'],
    ['release', { ...plan('P-8'), analysis: {} }, 'CORE_INPUT_INVALID'],
    ['release', { ...plan('P\n8') }, 'CORE_INPUT_INVALID'],
    ['inspect', { kind, id: '' }, 'CORE_INPUT_INVALID'],
    ['report', { kind, pick: 'a.b', outcome: 'bad' }, 'CORE_PICK_FORGED'],
    ['report', { kind, pick: 'a.b', outcome: 'worse' }, 'CORE_INPUT_INVALID'],
    ['move', { command: 'abort', kind, rollout: 'rol_0000000000000000' }, 'CORE_ROLLOUT_MISSING'],
  ]
  for (const [operation, input, code] of cases) {
    t.equal((await call(operation, input)).body.code, code, `${operation} ${JSON.stringify(input)}`)
  }
})

t.test('a tenant sees nothing of the documents of another', async (t) => {
  const { body } = await call('release', plan('P-9'))
  await call('move', { command: 'start', kind, rollout: body.id })
  t.match((await call('inspect', { kind, id: 'P-9' }, globex.key)).body, { version: null })
  const move = { command: 'abort', kind, rollout: body.id }
  t.match((await call('move', move, globex.key)).body, { code: 'CORE_ROLLOUT_MISSING' })
  t.match((await call('move', move)).body, { state: 'aborted' })
  const other = host.as(globex.adminToken)
  const feed = await other.request<{ items: object[] }>('GET', '/v1/tenants/globex/rollout-events')
  t.same(feed.items, [])
})

t.test('whatever is sent, the answer is a value or a coded error', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('release', 'move', 'inspect', 'report'),
      fc.object({ maxDepth: 2 }),
      async (operation, odd) => {
        const { body } = await call(operation, { command: 'abort', kind, ...odd })
        return body === null || typeof body === 'object'
      },
    ),
    { numRuns: 40 },
  )
})

t.test('every move of a plugin is heard once and in order, though the host dies', async (t) => {
  await publish(host, await nextVersion())
  await host.client.request('POST', '/v1/plugins', { name: recipes, version: '1.1.0' })
  const wish = {
    plugin: recipes,
    version: '1.1.0',
    steps: [
      { weightBp: 100, hold: { exposures: 1 } },
      { weightBp: 500, hold: { exposures: 1 } },
      { weightBp: 10_000, hold: {} },
    ],
  }
  const { id } = await host.client.request<{ id: string }>('POST', '/v1/rollouts', wish)
  for (const command of ['start', 'advance', 'pause', 'resume', 'abort']) {
    await host.client.request('POST', `/v1/rollouts/${id}/${command}`, { reason: 'a drill' })
  }
  await host.kill()
  const next = await HostProcess.start(t, settings)
  const told = async () =>
    (await received(next, events)).filter(({ partitionkey }) => partitionkey === id)
  await until(async () => (await told()).length >= 5)
  const feedPath = '/v1/tenants/acme/rollout-events?limit=200'
  const feed = await next
    .as(events.adminToken)
    .request<{ items: { id: string; subject: string; data: object }[] }>('GET', feedPath)
  const heard = await told()
  t.same(
    heard.map((event) => event.type.replace('signalbox.rollout.', '')),
    ['start', 'advance', 'pause', 'resume', 'abort'],
  )
  t.match(heard[1]?.data, { reason: { en: 'a drill', 'zh-CN': 'a drill' }, weightBp: 500 })
  const ofIt = feed.items.filter(({ subject }) => subject === id)
  t.same(
    ofIt.map((event) => event.id),
    heard.map((event) => event.id),
    'the admin reads the same',
  )
  t.same(
    ofIt.map(({ data }) => data),
    heard.map(({ data }) => data),
  )
})
