import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { GONE_AFTER_MS } from '../../src/rollout/nodes/node-store.ts'
import { LEASE_MS } from '../../src/rollout/routing/withheld-canaries.ts'
import { openDataFolder } from '../../src/storage/data-folder.ts'
import { withDatabase } from '../../src/storage/databases.ts'
import { EmbeddedPostgres } from '../../src/storage/embedded-postgres.ts'
import { HostProcess, temporaryHome } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { setUpTenant } from '../support/probe.ts'
import { releaseProbe } from '../support/probe-release.ts'
import {
  keepCalling,
  read,
  type SeenCall,
  startRollout,
  tell,
  until,
} from '../support/several-hosts.ts'
import { StallingProxy } from '../support/stalling-proxy.ts'

const HOUR_MS = 3_600_000
const held = { weightBp: 5000, hold: { durationMs: HOUR_MS } }
const full = { weightBp: 10_000, hold: {} }

const since = (calls: readonly SeenCall[], at: number, version: string) =>
  calls.filter((call) => call.askedAt > at && call.version === version).length

t.test('of three hosts under load one is cut off for longer than it counts as alive', async (t) => {
  const { hostUrl } = await testDatabases(t)
  const near = await HostProcess.start(t, { databaseUrl: hostUrl })
  const beside = await HostProcess.start(t, { databaseUrl: hostUrl })
  const proxy = await StallingProxy.start(t, hostUrl)
  const far = await HostProcess.start(t, { databaseUrl: proxy.url })
  const release = await releaseProbe(t, near)
  await release('1.0.0')
  const { key } = await setUpTenant(near, 'acme')
  await release('1.1.0')
  const { id } = await startRollout(near, '1.1.0', [held, full])
  await until(async () => (await read(near, id)).acknowledged?.nodes === 3, 'all route by it')
  const loads = [near, beside, far].map((host) => keepCalling(host, key))
  const [, , cutOff] = loads as [(typeof loads)[0], (typeof loads)[0], (typeof loads)[0]]
  // What each node holds of both versions is read by then; that it was never run is the other test's.
  await until(() => cutOff.calls.length > 20, 'calls on all')
  proxy.stall()
  const stalledAt = performance.now()
  await delay(LEASE_MS + 1000)
  const shedAt = stalledAt + LEASE_MS
  await until(async () => (await read(near, id)).acknowledged?.of === 2, 'nobody waits for it')
  const goneMs = performance.now() - stalledAt
  t.ok(goneMs <= GONE_AFTER_MS + 5000, `after ${Math.round(goneMs)} ms`)
  t.equal(since(cutOff.calls, shedAt, '1.1.0'), 0, 'it sheds the canary')
  t.ok(since(cutOff.calls, shedAt, '1.0.0') > 20, 'and serves')
  for (const { calls } of loads.slice(0, 2)) {
    t.ok(since(calls, shedAt, '1.1.0') > 10, 'the others give the canary its share')
  }
  proxy.resume()
  const healedAt = performance.now()
  await until(() => since(cutOff.calls, healedAt, '1.1.0') > 0, 'the canary on the one that healed')
  await until(async () => (await read(near, id)).acknowledged?.nodes === 3, 'it is counted again')
  t.equal((await read(near, id)).state, 'running', 'nothing of it spoke against the version')
  for (const load of loads) t.same(await load.stop(), [], `of ${load.calls.length} calls`)
  await tell(near, id, 'abort')
})

t.test(
  'PostgreSQL away for longer than the lease in mid-step: stable serves, then it goes on',
  async (t) => {
    const folder = await openDataFolder(await temporaryHome(t))
    const password = await folder.readOrCreateSecret('postgres-password')
    const log = { info: () => undefined, warn: () => undefined }
    const startServer = () => EmbeddedPostgres.start({ dataFolder: folder.path, password, log })
    let server = await startServer()
    t.teardown(async () => {
      await server.stop()
      await folder.release()
    })
    const databaseUrl = withDatabase(server.url, 'signalbox')
    const one = await HostProcess.start(t, { databaseUrl })
    const other = await HostProcess.start(t, { databaseUrl })
    const release = await releaseProbe(t, one)
    await release('1.0.0')
    const { key } = await setUpTenant(one, 'acme')
    await release('1.1.0')
    const steps = [{ weightBp: 5000, hold: { exposures: 300 } }, full]
    const { id } = await startRollout(one, '1.1.0', steps)
    const loads = [one, other].map((host) => keepCalling(host, key))
    await until(
      () => loads.every(({ calls }) => since(calls, 0, '1.1.0') > 0),
      'the canary on both',
    )
    await server.stop()
    const stoppedAt = performance.now()
    await delay(LEASE_MS + 3000)
    const pastLease = stoppedAt + LEASE_MS
    const isServed = () => loads.every(({ calls }) => since(calls, pastLease, '1.0.0') > 20)
    await until(isServed, 'stable serves on both')
    for (const { calls } of loads) {
      t.ok(since(calls, stoppedAt, '1.1.0') > 0, 'within the lease it has its share')
      t.equal(since(calls, pastLease, '1.1.0'), 0, 'past it stable takes all')
    }
    server = await startServer()
    await until(async () => {
      const rollout = await read(other, id).catch(() => undefined)
      return rollout?.state === 'completed'
    }, 'the completion by itself')
    for (const load of loads) t.same(await load.stop(), [], `of ${load.calls.length} calls`)
  },
)
