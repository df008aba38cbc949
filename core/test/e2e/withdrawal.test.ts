import t from 'tap'
import { until } from '../../../sandbox/test/until.ts'
import { HostProcess, refusal, temporaryHome } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { callProbe, probe, probeVersion, setUpTenant } from '../support/probe.ts'
import { releaseProbe } from '../support/probe-release.ts'
import { publish } from '../support/publish.ts'

const { hostUrl, pluginUrl } = await testDatabases(t)
const databases = { databaseUrl: hostUrl, environment: { PLUGIN_DATABASE_URL: pluginUrl } }
let host = await HostProcess.start(t, databases)
let release = await releaseProbe(t, host)
await release('1.0.0')
const acme = await setUpTenant(host, 'acme')

const full = { weightBp: 10_000, hold: {} }
const half = { weightBp: 5000, hold: { durationMs: 600_000 } }

async function rollOut(version: string, steps: readonly object[]): Promise<string> {
  const wish = { plugin: probe, version, steps }
  const { id } = await host.client.request<{ id: string }>('POST', '/v1/rollouts', wish)
  await host.client.request('POST', `/v1/rollouts/${id}/start`, {})
  return id
}

const stateOf = async (id: string) =>
  (await host.client.request<{ state: string }>('GET', `/v1/rollouts/${id}`)).state

const withdraw = (version: string, command: string) =>
  host.client.request(
    'POST',
    `/v1/marketplace/packages/${encodeURIComponent(probe)}/versions/${version}/${command}`,
    { reason: 'it counts twice' },
  )

async function served(): Promise<string> {
  const { status, headers, body } = await callProbe(host, acme.key, 'echo', { text: 'hello' })
  return status === 200 ? String(headers.get('signalbox-version')) : `${status} ${body.code}`
}

const becomes = (expected: string) => until(async () => (await served()) === expected)

t.test(
  'what was yanked goes on where it runs, also after kill -9, and is planned nowhere',
  async (test) => {
    await release('1.1.0')
    const id = await rollOut('1.1.0', [half, full])
    await host.client.request('POST', `/v1/rollouts/${id}/promote`, {})
    await becomes('1.1.0')
    await withdraw('1.1.0', 'yank')
    test.equal(await served(), '1.1.0')
    await host.kill()
    // Of the whole file: it outlives this test.
    host = await HostProcess.start(t, { ...databases, home: host.home })
    release = await releaseProbe(t, host)
    await becomes('1.1.0')
    const plan = `/v1/plugins/${encodeURIComponent(probe)}:plan`
    const refused = await refusal(host.client.request('POST', plan, { version: '1.1.0' }))
    test.match(refused, { code: 'CORE_VERSION_WITHDRAWN', title: /yanked.*it counts twice/ })
  },
)

t.test('nobody installs what was yanked, and no tag leads to it', async (t) => {
  await publish(host, await probeVersion(await temporaryHome(t), '1.2.0'))
  await withdraw('1.2.0', 'yank')
  const install = host.client.request('POST', '/v1/plugins', { name: probe, version: '1.2.0' })
  t.equal((await refusal(install)).code, 'CORE_VERSION_WITHDRAWN')
  const tags = await host.client.request('GET', '/npm/-/package/@probe%2Fone/dist-tags')
  t.same(tags, { latest: '1.0.0' })
})

t.test('a blocked version is stopped at once, and the one before takes over', async (t) => {
  await withdraw('1.1.0', 'block')
  await becomes('1.0.0')
  t.equal(await served(), '1.0.0')
})

t.test('a canary that is blocked is aborted', async (t) => {
  await release('1.3.0')
  const id = await rollOut('1.3.0', [half, full])
  await withdraw('1.3.0', 'block')
  await until(async () => (await stateOf(id)) === 'aborted')
  t.equal(await served(), '1.0.0')
})

t.test(
  'with nothing before it, calls are refused with why; unblocked, it serves again',
  async (t) => {
    await withdraw('1.0.0', 'block')
    await becomes('503 CORE_VERSION_BLOCKED')
    await withdraw('1.0.0', 'unblock')
    await becomes('1.0.0')
    t.pass()
  },
)

t.test(
  'what a version may do is compared with another, and with what each tenant granted',
  async (t) => {
    const at = `/v1/marketplace/packages/${encodeURIComponent(probe)}/versions/1.2.0/permissions`
    const same = await host.client.request('GET', `${at}?against=1.0.0`)
    t.match(same, { against: '1.0.0', isWider: false, tenants: { items: [{ tenant: 'acme' }] } })
  },
)

t.test('the audit tells who took what out of circulation, and why', async (t) => {
  const { items } = await host.client.request<{ items: { action: string; subject: string }[] }>(
    'GET',
    '/v1/audit?action=package.blocked&limit=10',
  )
  t.same(items.map(({ subject }) => subject).sort(), [
    `${probe}@1.0.0`,
    `${probe}@1.1.0`,
    `${probe}@1.3.0`,
  ])
})
