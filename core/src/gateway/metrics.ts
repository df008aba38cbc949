import type { BatchStats, SandboxStats } from '@signalbox/sandbox'
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { ComputeStats } from '../compute/compute-pool.ts'
import type { WriterCounts } from '../invocations/invocation-writer.ts'
import type { Usage } from '../invocations/usage-meter.ts'
import { PageTally } from '../pages/page-tally.ts'
import type { LogCounts } from '../plugin-logs/log-writer.ts'
import type { ExportCounts } from '../tracing/span-export.ts'
import { CallTally } from './call-tally.ts'

interface Sources {
  readonly sandbox: () => SandboxStats
  /** Undefined while no function over columns was ever called. */
  readonly batches: () => BatchStats | undefined
  readonly compute: () => ComputeStats
  readonly trusted: () => object
  readonly generation: () => number
  /** What guests took, by version and tenant: named by what is installed, never by a stranger. */
  readonly usage: () => readonly Usage[]
  readonly invocations: () => WriterCounts
  readonly logs: () => LogCounts
  readonly pools: Readonly<Record<string, () => PoolStats>>
  /** Undefined while nothing is recorded. */
  readonly traces: () => ExportCounts | undefined
}

interface PoolStats {
  readonly used: number
  readonly idle: number
  readonly waiting: number
}

/** Names follow Prometheus' rules: base units, one prefix. */
export class Metrics {
  readonly registry = new Registry()
  readonly calls = new CallTally(this.registry)
  readonly pages = new PageTally(this.registry)
  readonly idempotent = new Counter({
    name: 'signalbox_idempotent_calls_total',
    help: 'Calls with an idempotency key that were answered: run, or replayed from the answer that was kept.',
    labelNames: ['outcome'] as const,
    registers: [this.registry],
  })
  readonly cached = new Counter({
    name: 'signalbox_cached_calls_total',
    help: 'Calls whose contract lets answers be kept, by what was found: hit, miss or joined.',
    labelNames: ['service', 'operation', 'state'] as const,
    registers: [this.registry],
  })
  readonly requests = new Counter({
    name: 'signalbox_http_requests_total',
    help: 'Requests of every other kind, by method, route and status.',
    labelNames: ['method', 'route', 'status'] as const,
    registers: [this.registry],
  })

  constructor(sources: Sources) {
    collectDefaultMetrics({ register: this.registry, prefix: 'signalbox_' })
    kindsGauge(this.registry, 'sandbox', 'What the sandbox holds right now, by kind.', () =>
      sandboxKinds(sources.sandbox()),
    )
    kindsGauge(this.registry, 'batches', 'Functions over columns, by kind.', () =>
      batchKinds(sources.batches()),
    )
    kindsGauge(
      this.registry,
      'compute',
      'Threads for what the host itself computes, by kind.',
      () => sources.compute(),
    )
    kindsGauge(this.registry, 'trusted', 'Processes of trusted versions, by kind.', sources.trusted)
    const generation: Gauge = new Gauge({
      name: 'signalbox_routing_generation',
      help: 'Generation of the routing table that this node serves.',
      registers: [this.registry],
      collect: () => generation.set(sources.generation()),
    })
    usageMetrics(this.registry, sources.usage)
    invocationMetrics(this.registry, sources.invocations)
    logMetrics(this.registry, sources.logs)
    poolMetrics(this.registry, sources.pools)
    traceMetrics(this.registry, sources.traces)
  }
}

/** Figures of one part of the host, read when somebody asks. */
function kindsGauge(registry: Registry, part: string, help: string, kinds: () => object): void {
  const gauge: Gauge<'kind'> = new Gauge({
    name: `signalbox_${part}`,
    help,
    labelNames: ['kind'] as const,
    registers: [registry],
    collect: () => {
      for (const [kind, value] of Object.entries(kinds())) gauge.set({ kind }, value)
    },
  })
}

const usageLabels = ['plugin', 'version', 'tenant'] as const

/** The sums are the meter's: they are read when somebody asks, and cost a call nothing. */
function usageMetrics(registry: Registry, usage: Sources['usage']): void {
  const counters = [
    ['signalbox_guest_calls_total', 'Calls that guests were given.', 'calls', 1],
    ['signalbox_guest_cpu_seconds_total', 'CPU that guests used.', 'cpuMs', 0.001],
    ['signalbox_guest_output_bytes_total', 'Answers and host calls of guests.', 'bytesOut', 1],
    ['signalbox_guest_host_calls_total', 'What guests asked of the host.', 'hostCalls', 1],
  ] as const
  for (const [name, help, field, unit] of counters) {
    const counter: Counter<(typeof usageLabels)[number]> = new Counter({
      name,
      help,
      labelNames: usageLabels,
      registers: [registry],
      collect: () => {
        counter.reset()
        for (const { plugin, version, tenant, ...sums } of usage()) {
          counter.inc({ plugin, version, tenant }, sums[field] * unit)
        }
      },
    })
  }
  const heap: Gauge<(typeof usageLabels)[number]> = new Gauge({
    name: 'signalbox_guest_peak_heap_bytes',
    help: 'The most that the heap of an isolate was seen to hold.',
    labelNames: usageLabels,
    registers: [registry],
    collect: () => {
      heap.reset()
      for (const { plugin, version, tenant, peakHeapMb } of usage()) {
        heap.set({ plugin, version, tenant }, peakHeapMb * 1024 * 1024)
      }
    },
  })
}

function invocationMetrics(registry: Registry, counts: Sources['invocations']): void {
  const kept: Counter = new Counter({
    name: 'signalbox_invocations_kept_total',
    help: 'Calls that were kept for a replay.',
    registers: [registry],
    collect: () => {
      kept.reset()
      kept.inc(counts().kept)
    },
  })
  const dropped: Counter<'reason'> = new Counter({
    name: 'signalbox_invocations_dropped_total',
    help: 'Calls that should have been kept and were not, by reason.',
    labelNames: ['reason'] as const,
    registers: [registry],
    collect: () => {
      dropped.reset()
      for (const [reason, count] of Object.entries(counts().dropped)) dropped.inc({ reason }, count)
    },
  })
}

function logMetrics(registry: Registry, counts: Sources['logs']): void {
  const kept: Counter = new Counter({
    name: 'signalbox_log_lines_kept_total',
    help: 'Lines of plugins that were kept for the admins of their tenants.',
    registers: [registry],
    collect: () => {
      kept.reset()
      kept.inc(counts().kept)
    },
  })
  const missed: Counter<'reason'> = new Counter({
    name: 'signalbox_log_lines_missed_total',
    help: 'Lines of plugins that were not kept, by reason.',
    labelNames: ['reason'] as const,
    registers: [registry],
    collect: () => {
      missed.reset()
      for (const [reason, count] of Object.entries(counts().missed)) missed.inc({ reason }, count)
    },
  })
}

function poolMetrics(registry: Registry, pools: Sources['pools']): void {
  const gauge: Gauge<'pool' | 'state'> = new Gauge({
    name: 'signalbox_database_connections',
    help: 'Connections to PostgreSQL of this node, by pool and state; waiting: callers without one.',
    labelNames: ['pool', 'state'] as const,
    registers: [registry],
    collect: () => {
      for (const [pool, stats] of Object.entries(pools)) {
        for (const [state, value] of Object.entries(stats())) gauge.set({ pool, state }, value)
      }
    },
  })
}

function traceMetrics(registry: Registry, traces: Sources['traces']): void {
  const spans: Counter<'outcome'> = new Counter({
    name: 'signalbox_trace_spans_total',
    help: 'Spans of recorded traces: exported, failed (the receiver did not take them) or dropped (too many waited).',
    labelNames: ['outcome'] as const,
    registers: [registry],
    collect: () => {
      spans.reset()
      const { exported = 0, failed = 0, dropped = 0 } = traces() ?? {}
      for (const [outcome, count] of Object.entries({ exported, failed, dropped })) {
        spans.inc({ outcome }, count)
      }
    },
  })
  const waiting: Gauge = new Gauge({
    name: 'signalbox_trace_spans_waiting',
    help: 'Spans that wait for the receiver of traces.',
    registers: [registry],
    collect: () => waiting.set(traces()?.waiting ?? 0),
  })
}

function batchKinds(stats: BatchStats | undefined): Record<string, number> {
  if (stats === undefined) return {}
  const { lanes, ...counts } = stats
  const residentMb = lanes.reduce((total, lane) => total + lane.residentMb, 0)
  return { ...counts, lanes: lanes.length, residentMb }
}

function sandboxKinds({ lanes, ...counts }: SandboxStats): Record<string, number> {
  const sum = (of: (lane: SandboxStats['lanes'][number]) => number) =>
    lanes.reduce((total, lane) => total + of(lane), 0)
  return {
    ...counts,
    lanes: lanes.length,
    isolates: sum((lane) => lane.isolates),
    calls: sum((lane) => lane.calls),
    residentMb: sum((lane) => lane.residentMb),
  }
}
