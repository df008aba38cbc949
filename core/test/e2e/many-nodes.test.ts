import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { LEASE_MS } from '../../src/rollout/routing/withheld-canaries.ts'
import { HostProcess } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { probe, setUpTenant } from '../support/probe.ts'
import { releaseProbe } from '../support/probe-release.ts'
import { callOnce, keepCalling, read, startRollout, tell, until } from '../support/several-hosts.ts'
import { StallingProxy } from '../support/stalling-proxy.ts'

/** Two hosts of one database, whose clocks are two hours apart all the time; one of them can be cut off. */

const HOUR_MS = 3_600_000
const HOLD_MS = 1500
/** The clocks are hours apart. A controller looks every 250 ms; the rest is a machine that does much else. */
const LATE_MS = 20_000
/** Estimates of the database's clock differ by half of what its answers take. */
const EARLY_MS = 750

const program = fileURLToPath(new URL('../support/skewed-clock.ts', import.meta.url))
const startHost = (databaseUrl: string, skewMs: number) =>
  HostProcess.start(t, {
    databaseUrl,
    environment: { NODE_OPTIONS: `--import ${program}`, SKEW_MS: String(skewMs) },
  })

const { hostUrl } = await testDatabases(t)
const proxy = await StallingProxy.start(t, hostUrl)
const near = await startHost(hostUrl, HOUR_MS)
const far = await startHost(proxy.url, -HOUR_MS)
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
  const { id } = await startRollout(near, '1.1.0', [held])
  await until(async () => (await read(far, id)).acknowledged?.nodes === 2, 'both have it')
  const { acknowledged } = await read(near, id)
  t.match(acknowledged, { nodes: 2, of: 2 })
  const nodes = await near.client.request<Nodes>('GET', '/v1/nodes')
  t.equal(nodes.items.length, 2)
  t.ok(nodes.items.every(({ isLive, generation }) => isLive && generation <= nodes.generation))
  t.equal(await versionOn(far), '1.1.0')
  await tell(near, id, 'abort')
  // From here on the other host has run the canary, and never stable.
  await until(async () => (await read(near, id)).acknowledged?.nodes === 2, 'the abort on both')
})

t.test(
  'a host that is cut off gives a canary no call past its lease, and obeys when it hears',
  async (t) => {
    const { id } = await startRollout(near, '1.1.0', [held])
    await until(async () => (await read(near, id)).acknowledged?.nodes === 2, 'the canary on both')
    t.equal(await versionOn(far), '1.1.0')
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

const steps = [
  { weightBp: 100, hold: { durationMs: HOLD_MS, evenUnseen: true } },
  { weightBp: 500, hold: { durationMs: HOUR_MS } },
  { weightBp: 10_000, hold: {} },
]

/** That the first step was held as planned, and left once. */
async function isHeld(t: Test, host: HostProcess, id: string, begunAt: number): Promise<void> {
  await until(async () => (await read(host, id)).step === 1, 'the second step')
  const { stepStartedAt, transitions } = await tell(host, id, 'abort')
  const commands = transitions.map(({ command }) => command)
  t.same(commands, ['start', 'advance', 'abort'])
  const ms = stepStartedAt - begunAt
  t.ok(ms >= HOLD_MS - EARLY_MS && ms <= HOLD_MS + LATE_MS, `held for ${ms} ms`)
}

t.test('a hold lasts as planned, whichever host begins it and whatever its clock', async (t) => {
  for (const starter of [near, far]) {
    const { id, stepStartedAt } = await startRollout(starter, '1.1.0', steps)
    t.ok(Math.abs(stepStartedAt - Date.now()) < 60_000, 'an instant of the database’s clock')
    await isHeld(t, starter, id, stepStartedAt)
  }
})

t.test('killed with -9 in a hold, the other goes on with it, no sooner and no later', async (t) => {
  const { id, stepStartedAt } = await startRollout(near, '1.1.0', steps)
  await near.kill('SIGKILL')
  await isHeld(t, far, id, stepStartedAt)
})

t.test('a clock that jumps an hour ahead in a hold ends it no sooner', async (t) => {
  const { id, stepStartedAt } = await startRollout(far, '1.1.0', steps)
  process.kill(far.pid, 'SIGUSR2')
  await isHeld(t, far, id, stepStartedAt)
})
