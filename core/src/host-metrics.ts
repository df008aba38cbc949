import type { Sandbox } from '@signalbox/sandbox'
import type { Knex } from 'knex'
import { readUnsealedBacklog } from './audit/chain-store.ts'
import { readOutboxBacklog } from './audit/outbox-store.ts'
import { Backlogs } from './gateway/backlogs.ts'
import { Metrics } from './gateway/metrics.ts'
import type { State } from './host-state.ts'
import { RetiredSeries } from './rollout/routing/retired-series.ts'
import type { StopStack } from './stop-stack.ts'
import type { Tracing } from './tracing/open-tracing.ts'
import type { OpenTrusted } from './trusted/open-trusted.ts'
import type { UdfLanes } from './udf/udf-lanes.ts'
import { countGaps } from './usage/usage-query-store.ts'
import { readWaitingBacklog } from './webhooks-out/out-delivery-store.ts'

interface Ports
  extends Pick<State, 'knex' | 'routing' | 'invocations' | 'pluginLogs' | 'compute' | 'schemas'> {
  readonly sandbox: Pick<Sandbox, 'stats'>
  readonly udfLanes: UdfLanes
  readonly trusted: OpenTrusted
  readonly tracing: Tracing | undefined
}

/** A gap is of interest as long as somebody may still be looking for it. */
const GAP_HOURS = 24

/** What an operator watches, gathered from the parts that know it. */
export function openMetrics(ports: Ports, stops: StopStack): Metrics {
  const { knex, sandbox, udfLanes, trusted, tracing } = ports
  const { routing, invocations, compute, schemas } = ports
  const metrics = new Metrics({
    sandbox: () => sandbox.stats(),
    batches: () => udfLanes.stats(),
    compute: () => compute.stats(),
    trusted: trusted.stats,
    generation: () => routing.snapshot.generation,
    usage: () => invocations.meter.all(),
    invocations: () => invocations.counts,
    logs: () => ports.pluginLogs.counts,
    pools: { host: () => hostPool(knex), plugins: () => schemas.connections },
    traces: () => tracing?.counts,
  })
  const backlogs = new Backlogs({
    registry: metrics.registry,
    queues: {
      audit: () => readUnsealedBacklog(knex),
      outbox: () => readOutboxBacklog(knex),
      webhooks: () => readWaitingBacklog(knex),
    },
    usageGaps: () => countGaps(knex, GAP_HOURS),
  })
  const retired = new RetiredSeries({
    series: [metrics.calls, metrics.pages, invocations.meter],
    snapshot: () => routing.snapshot,
    now: Date.now,
  })
  for (const job of [backlogs, retired]) {
    job.start()
    stops.push(() => job.stop())
  }
  return metrics
}

/** Of knex's own pool (tarn). */
interface Tarn {
  numUsed(): number
  numFree(): number
  numPendingAcquires(): number
}

function hostPool(knex: Knex) {
  const pool = knex.client.pool as Tarn
  return { used: pool.numUsed(), idle: pool.numFree(), waiting: pool.numPendingAcquires() }
}
