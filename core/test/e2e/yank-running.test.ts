import t from 'tap'
import { until } from '../../../sandbox/test/until.ts'
import { HostProcess } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { callProbe, probe, setUpTenant } from '../support/probe.ts'
import { releaseProbe } from '../support/probe-release.ts'

/** A yank reaches every node and breaks none; a block reaches every node and stops what it is of. */

const { hostUrl, pluginUrl } = await testDatabases(t)
const databases = { databaseUrl: hostUrl, environment: { PLUGIN_DATABASE_URL: pluginUrl } }
const one = await HostProcess.start(t, databases)
const two = await HostProcess.start(t, databases)
const release = await releaseProbe(t, one)
await release('1.0.0')
await release('1.1.0')
const acme = await setUpTenant(one, 'acme')
const steps = [
  { weightBp: 5000, hold: { durationMs: 3_600_000 } },
  { weightBp: 10_000, hold: {} },
]
const { id } = await one.client.request<{ id: string }>('POST', '/v1/rollouts', {
  ...{ plugin: probe, version: '1.1.0', steps },
})
await one.client.request('POST', `/v1/rollouts/${id}/start`, {})

const withdraw = (version: string, command: string) =>
  one.client.request(
    'POST',
    `/v1/marketplace/packages/${encodeURIComponent(probe)}/versions/${version}/${command}`,
    { reason: 'it counts twice' },
  )

async function served(host: HostProcess, key = acme.key): Promise<string> {
  const { status, headers, body } = await callProbe(host, key, 'echo', { text: 'hello' })
  return status === 200 ? String(headers.get('signalbox-version')) : `${status} ${body.code}`
}

const becomes = (host: HostProcess, version: string) =>
  until(async () => (await served(host)) === version)

/** Which versions answer, of many calls; anything else than an answer is in it by its code. */
async function answers(host: HostProcess, key = acme.key): Promise<readonly string[]> {
  const all = await Promise.all(Array.from({ length: 30 }, () => served(host, key)))
  return [...new Set(all)].sort()
}

interface Nodes {
  readonly generation: number
  readonly items: readonly { readonly generation: number }[]
}

/** Every node routes by what was changed last. */
async function followed(): Promise<void> {
  const { generation } = await one.client.request<Nodes>('GET', '/v1/nodes')
  await until(async () => {
    const { items } = await one.client.request<Nodes>('GET', '/v1/nodes')
    return items.length === 2 && items.every((node) => node.generation >= generation)
  })
}

t.test(
  'both arms of a canary are yanked while it runs: every call is answered, on every node',
  async (t) => {
    await until(async () => (await answers(two)).length === 2)
    await withdraw('1.0.0', 'yank')
    await withdraw('1.1.0', 'yank')
    await followed()
    for (const host of [one, two]) t.same(await answers(host), ['1.0.0', '1.1.0'])
  },
)

t.test('what runs is released and taken back as before, though both are yanked', async (t) => {
  await one.client.request('POST', `/v1/rollouts/${id}/promote`, {})
  await becomes(two, '1.1.0')
  await two.client.request('POST', `/v1/plugins/${encodeURIComponent(probe)}:rollback`, {})
  for (const host of [one, two]) {
    await becomes(host, '1.0.0')
    t.same(await answers(host), ['1.0.0'])
  }
})

t.test('a tenant that comes later is given what runs here, and pins it', async (t) => {
  const globex = await setUpTenant(two, 'globex')
  t.same(await answers(two, globex.key), ['1.0.0'])
  const path = `/v1/tenants/globex/plugins/${encodeURIComponent(probe)}`
  await one.client.request('PUT', path, { binding: 'pinned', version: '1.1.0' })
  await until(async () => (await served(two, globex.key)) === '1.1.0')
  await one.client.request('PUT', path, { binding: 'enabled' })
  t.pass()
})

t.test('a node that joins with an empty disk runs what was yanked', async (t) => {
  const three = await HostProcess.start(t, databases)
  await becomes(three, '1.0.0')
  t.same(await answers(three), ['1.0.0'])
})

t.test('a block is followed by every node, from its own transaction on', async (t) => {
  await withdraw('1.0.0', 'block')
  for (const host of [one, two]) {
    await until(async () => (await served(host)) === '503 CORE_VERSION_BLOCKED')
  }
  await withdraw('1.0.0', 'unblock')
  for (const host of [one, two]) await becomes(host, '1.0.0')
  t.pass()
})
