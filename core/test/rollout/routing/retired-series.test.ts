import { Registry } from 'prom-client'
import t from 'tap'
import { HostCallMetrics } from '../../../src/broker/uses/host-call-metrics.ts'
import { CallTally } from '../../../src/gateway/call-tally.ts'
import { UsageMeter } from '../../../src/invocations/usage-meter.ts'
import { RetiredSeries } from '../../../src/rollout/routing/retired-series.ts'
import { emptySnapshot, type Snapshot } from '../../../src/rollout/routing/snapshot.ts'

const MINUTE_MS = 60_000
const plugin = '@acme/orders'
const serving = (stable: string): Snapshot => ({
  ...emptySnapshot,
  stable: new Map([[plugin, stable]]),
  providers: new Map([['orders.status@1', plugin]]),
})

function watched() {
  const registry = new Registry()
  const [tally, hostCalls, meter] = [
    new CallTally(registry),
    new HostCallMetrics(registry),
    new UsageMeter(),
  ]
  const held = { snapshot: serving('1.0.0'), now: 0 }
  const retired = new RetiredSeries({
    series: [tally, hostCalls, meter],
    snapshot: () => held.snapshot,
    now: () => held.now,
  })
  const call = (version: string, service = 'orders.status') => {
    const named = { service, operation: 'get', version, outcome: 'done', class: 'ok' } as const
    tally.add({ ...named, seconds: 0.02 })
    const used = { cpuMs: 1, peakHeapMb: 1, bytesOut: 1, hostCalls: 1 }
    meter.add({ plugin, version, tenant: 'acme' }, used, 0)
    const grant = { tenant: 'acme', plugin, version, grant: 'grt_1' }
    hostCalls.add({ ...grant, capability: 'db:own', outcome: 'done', ms: 1 } as never)
  }
  /** Minutes pass as on a host. */
  const pass = (minutes: number) => {
    for (let n = 0; n < minutes; n++) {
      held.now += MINUTE_MS
      retired.sweep()
    }
  }
  const lines = async (name: string) =>
    (await registry.metrics()).split('\n').filter((line) => line.startsWith(name))
  return { held, call, pass, lines, meter }
}

t.test('series of a version leave ten minutes after nothing leads to it any more', async (t) => {
  const { held, call, pass, lines, meter } = watched()
  for (const version of ['1.0.0', '1.0.0', 'none']) call(version)
  held.snapshot = serving('2.0.0')
  call('2.0.0')
  pass(10)
  t.equal((await lines('signalbox_calls_total{')).length, 3, 'Prometheus reads the last of it')
  pass(1)
  const left = (await lines('signalbox_calls_total{')).join('\n')
  t.notMatch(left, /1\.0\.0/)
  t.match(left, /version="2\.0\.0"/)
  t.match(left, /version="none"/)
  t.notMatch(await lines('signalbox_service_call_duration_seconds'), /1\.0\.0/)
  t.equal((await lines('signalbox_host_calls_total{')).length, 1)
  t.strictSame(
    meter.all().map(({ version }) => version),
    ['2.0.0'],
  )
})

t.test('sums over all versions do not fall, nor count anything twice', async (t) => {
  const { held, call, pass, lines } = watched()
  call('1.0.0')
  call('1.0.0')
  const count = async () => {
    const of = await lines('signalbox_call_duration_seconds_count')
    t.equal(of.length, 1)
    return Number(of[0]?.split(' ').at(-1))
  }
  t.equal(await count(), 2)
  held.snapshot = serving('2.0.0')
  pass(5)
  call('2.0.0')
  pass(12)
  t.equal(await count(), 3)
  t.equal(await count(), 3)
  held.snapshot = serving('3.0.0')
  call('3.0.0')
  pass(12)
  t.equal(await count(), 4)
})

t.test('a version that is led to again within that time keeps its figures', async (t) => {
  const { held, call, pass, lines } = watched()
  call('1.0.0')
  for (let n = 0; n < 3; n++) {
    held.snapshot = serving('2.0.0')
    pass(8)
    held.snapshot = serving('1.0.0')
    pass(8)
  }
  t.equal((await lines('signalbox_calls_total{')).length, 1)
})

t.test('after a thousand releases there are as many series as after one', async (t) => {
  const { held, call, pass, lines } = watched()
  for (let n = 0; n < 1000; n++) {
    held.snapshot = serving(`1.0.${n}`)
    call(`1.0.${n}`)
    pass(12)
  }
  t.equal((await lines('signalbox_calls_total{')).length, 1)
  t.equal((await lines('signalbox_host_calls_total{')).length, 1)
  call('1.0.999', 'unknown')
  held.snapshot = emptySnapshot
  pass(12)
  t.equal((await lines('signalbox_call_duration_seconds_count{')).length, 1)
  t.match(
    await lines('signalbox_calls_total{'),
    [/unknown/],
    'the service went with its last version',
  )
})
