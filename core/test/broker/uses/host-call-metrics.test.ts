import { Registry } from 'prom-client'
import t from 'tap'
import { HostCallMetrics } from '../../../src/broker/uses/host-call-metrics.ts'

const use = {
  tenant: 'acme',
  plugin: '@acme/orders',
  version: '1.0.0',
  capability: 'db:own',
  grant: 'grt_1',
  facet: 'db.query',
  outcome: 'done',
  ms: 2,
}

t.test('host calls are counted by version and outcome, whoever the tenant is', async (t) => {
  const registry = new Registry()
  const metrics = new HostCallMetrics(registry)
  metrics.add(use)
  metrics.add({ ...use, tenant: 'globex' })
  metrics.add({ ...use, outcome: 'CORE_SQL_FAILED' })
  const labels = 'plugin="@acme/orders",version="1.0.0",capability="db:own"'
  for (let scrape = 0; scrape < 2; scrape++) {
    const text = await registry.metrics()
    t.match(text, `signalbox_host_calls_total{${labels},outcome="done"} 2`)
    t.match(text, `signalbox_host_calls_total{${labels},outcome="CORE_SQL_FAILED"} 1`)
    t.match(text, 'signalbox_host_call_duration_seconds_count{capability="db:own"} 3')
  }
})

t.test('content is counted by capability and direction, of calls that moved some', async (t) => {
  const registry = new Registry()
  const metrics = new HostCallMetrics(registry)
  metrics.add(use)
  metrics.add({ ...use, capability: 'blob:own', moved: { sent: 700, received: 0 } })
  metrics.add({ ...use, capability: 'http:fetch', moved: { sent: 10, received: 2000 } })
  metrics.add({ ...use, capability: 'http:fetch', moved: { sent: 0, received: 48 } })
  const lines = (await registry.metrics())
    .split('\n')
    .filter((line) => line.startsWith('signalbox_host_call_bytes_total'))
  t.same(lines.sort(), [
    'signalbox_host_call_bytes_total{capability="blob:own",direction="sent"} 700',
    'signalbox_host_call_bytes_total{capability="http:fetch",direction="received"} 2048',
    'signalbox_host_call_bytes_total{capability="http:fetch",direction="sent"} 10',
  ])
})

t.test('what finds no room is counted as other', async (t) => {
  const registry = new Registry()
  const metrics = new HostCallMetrics(registry)
  for (let n = 0; n < 2100; n++) metrics.add({ ...use, version: `1.0.${n}` })
  const text = await registry.metrics()
  t.match(text, 'plugin="other",version="other",capability="db:own",outcome="other"} 100')
})
