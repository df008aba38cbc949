import t from 'tap'
import { LEASE_MS } from '../../src/rollout/withheld-canaries.ts'
import { HostProcess } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { probe, setUpTenant } from '../support/probe.ts'
import { releaseProbe } from '../support/probe-release.ts'
import { StallingProxy } from '../support/stalling-proxy.ts'
import { callOnce, keepCalling, read, startRollout, tell, until } from '../support/two-hosts.ts'

const { hostUrl } = await testDatabases(t)
const near = await HostProcess.start(t, { databaseUrl: hostUrl })
const proxy = await StallingProxy.start(t, hostUrl)
const far = await HostProcess.start(t, { databaseUrl: proxy.url })
const release = await releaseProbe(t, near)
await release('1.0.0')
const { key } = await setUpTenant(near, 'acme')
await release('1.1.0')

const held = { weightBp: 10_000, hold: { exposures: 1_000_000 } }
const versionOn = async (host: HostProcess) => (await callOnce(host, key)).version

interface Nodes {
  readonly generation: number
  readonly items: readonly { readonly isLive: boolean; readonly generation: number }[]
}

t.test('every host tells by which generation it routes', async (t) => {
  const id = await startRollout(near, '1.1.0', [held])
  await until(async () => (await read(far, id)).acknowledged?.nodes === 2, 'both have it')
  const { acknowledged } = await read(near, id)
  t.match(acknowledged, { nodes: 2, of: 2 })
  const nodes = await near.client.request<Nodes>('GET', '/v1/nodes')
  t.equal(nodes.items.length, 2)
  t.ok(nodes.items.every(({ isLive, generation }) => isLive && generation <= nodes.generation))
  t.equal(await versionOn(far), '1.1.0')
  await tell(near, id, 'abort')
  await until(async () => (await versionOn(far)) === '1.0.0', 'the abort on the other host')
})

t.test(
  'a host that is cut off gives a canary no call past its lease, and obeys when it hears',
  async (t) => {
    const id = await startRollout(near, '1.1.0', [held])
    await until(async () => (await versionOn(far)) === '1.1.0', 'the canary on both')
    const load = keepCalling(far, key)
    proxy.stall()
    const stalledAt = performance.now()
    t.match(await tell(near, id, 'abort'), { state: 'aborted' })
    t.equal(await versionOn(near), '1.0.0', 'who hears obeys at once')
    await until(() => load.calls.at(-1)?.version === '1.0.0', 'stable on the host that is cut off')
    const path = `/v1/assignment?plugin=${encodeURIComponent(probe)}&tenant=acme&key=x`
    t.match(await far.client.request('GET', path), {
      version: '1.0.0',
      arm: 'stable',
      by: 'unheard',
      sentence: { en: /^this node has not heard for \d+ s/, 'zh-CN': /本节点已有 \d+ 秒/ },
    })
    const { acknowledged } = await read(near, id)
    t.equal(acknowledged?.nodes, 1, 'it has not said that it heard')
    proxy.resume()
    await until(async () => (await read(near, id)).acknowledged?.nodes === 2, 'it hears again')
    t.equal(await versionOn(far), '1.0.0')
    t.same(await load.stop(), [], `of ${load.calls.length} calls all were answered`)
    const canary = load.calls.filter(({ version }) => version === '1.1.0')
    const last = (canary.at(-1)?.askedAt ?? 0) - stalledAt
    t.ok(last > 0, 'within the lease the canary keeps its calls')
    t.ok(last <= LEASE_MS, `the last call of the canary was sent ${Math.round(last)} ms after`)
  },
)
