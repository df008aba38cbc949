import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { installFixture } from '../support/fixture-plugin.ts'
import { HostProcess, temporaryHome } from '../support/host-process.ts'
import { packedFixture } from '../support/packed-fixture.ts'
import { testDatabases } from '../support/postgres.ts'
import { callProbe, setUpTenant } from '../support/probe.ts'
import { isAlive, until } from '../support/processes.ts'
import { publish } from '../support/publish.ts'

const plugin = '@trusted/engine'
const service = 'engine.one'

const { hostUrl, pluginUrl } = await testDatabases(t)
const home = await temporaryHome(t)
const start = (more: Record<string, string> = {}) =>
  HostProcess.start(t, {
    home,
    databaseUrl: hostUrl,
    environment: { PLUGIN_DATABASE_URL: pluginUrl, SIGNALBOX_TRUSTED: plugin, ...more },
  })
let host = await start()
await installFixture(host, 'engine-plugin', plugin)
const { key, adminToken } = await setUpTenant(host, 'acme', { plugin, service, capabilities: [] })
const call = async (operation: string, input = {}) => {
  const reply = await callProbe(host, key, operation, input, service)
  return { ...reply.body, status: reply.status }
}
/** Of a read: what took longer than a call may, since an engine was started for it, is asked again. */
const look = async () => {
  let answer = await call('look')
  await until(async () => {
    if (answer.status !== 200) answer = await call('look')
    return answer.status === 200
  })
  return answer
}
const bind = (binding: string) =>
  host
    .as(adminToken)
    .request('PUT', `/v1/tenants/acme/plugins/${encodeURIComponent(plugin)}`, { binding })

async function release(version: string): Promise<void> {
  const folder = join(home, `release-${version}`)
  cpSync(await packedFixture('engine-plugin'), folder, { recursive: true })
  const file = join(folder, 'package.json')
  const packageJson = JSON.parse(readFileSync(file, 'utf8'))
  writeFileSync(file, JSON.stringify({ ...packageJson, version, scripts: {} }))
  await publish(host, folder)
  await host.client.request('POST', '/v1/plugins', { name: plugin, version })
}

t.test("a resource starts when it is first asked for, and is the plugin's alone", async (t) => {
  t.match(await look(), { sum: 0, fence: 1 })
  const added = await call('add', { n: 40 })
  t.match(added, { status: 200, sum: 40, fence: 1, told: 1 })
  t.match(added.dataDir, /\/resources\/data\/@trusted\+engine\/numbers$/)
  t.match(await call('misuse'), { code: 'CORE_RESOURCE_MISSING' })
})

t.test('two versions of a canary share one engine, which locks its folder', async (t) => {
  const stable = await look()
  await release('2.0.0')
  const steps = [
    { weightBp: 5000, hold: { durationMs: 60_000, exposures: 1000 } },
    { weightBp: 10_000, hold: {} },
  ]
  const rollout = await host.client.request<{ id: string }>('POST', '/v1/rollouts', {
    plugin,
    version: '2.0.0',
    steps,
  })
  await host.client.request('POST', `/v1/rollouts/${rollout.id}/start`)
  const seen = new Map<string, { pid: number; process: number }>()
  for (let n = 0; n < 60 && seen.size < 2; n++) {
    const answer = await call('add', { n: 0 })
    if (answer.status === 200) seen.set(answer.arm, answer)
  }
  t.strictSame([...seen.keys()].sort(), ['canary', 'stable'])
  const [one, other] = [...seen.values()]
  t.not(one?.process, other?.process, 'each version has a process of its own')
  t.strictSame([one?.pid, other?.pid], [stable.pid, stable.pid], 'and both ask the same engine')
  await host.client.request('POST', `/v1/rollouts/${rollout.id}/promote`, { reason: 'it is well' })
  const after = await look()
  t.match(after, { sum: 40, pid: stable.pid, fence: 1 }, 'it outlives the switch')
  t.notOk(existsSync(join(stable.dataDir, 'locked-twice')))
})

t.test('an engine that dies or grows is started again, with the next fence', async (t) => {
  const { pid, dataDir } = await look()
  await call('command', { word: 'die' })
  await until(async () => (await call('look')).fence === 2)
  await call('command', { word: 'grow' })
  await until(async () => (await call('look')).fence === 3)
  t.match(await look(), { sum: 40, told: 3 })
  t.notOk(isAlive(pid))
  t.equal(readFileSync(`${dataDir}.fence`, 'utf8'), '3\n')
  t.notOk(existsSync(join(dataDir, 'locked-twice')))
})

t.test('it ends when nobody enables the plugin any more; what it stored stays', async (t) => {
  const { pid, dataDir } = await look()
  await bind('disabled')
  await until(() => !isAlive(pid))
  t.ok(existsSync(join(dataDir, 'journal')))
  await bind('enabled')
  t.match(await look(), { sum: 40, fence: 4 })
})

t.test(
  'kill -9 of the host ends it, and the next host starts it with the next fence',
  async (t) => {
    const { pid, dataDir } = await look()
    await host.kill('SIGKILL')
    await until(() => !isAlive(pid))
    host = await start()
    t.match(await look(), { sum: 40, fence: 5 })
    t.notOk(existsSync(join(dataDir, 'locked-twice')))
    await host.kill('SIGTERM')
  },
)

t.test('where the operator names a URL, nothing is started', async (t) => {
  const url = 'http://cluster.example:8123/'
  host = await start({ SIGNALBOX_RESOURCE_URLS: `${plugin}/engine=${url}` })
  t.match(await look(), { url })
})
