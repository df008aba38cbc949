import type { SandboxStats } from '@signalbox/sandbox'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

interface Sources {
  readonly sandbox: () => SandboxStats
  readonly generation: () => number
}

/** Names follow Prometheus' rules: base units, one prefix. */
export class Metrics {
  readonly registry = new Registry()
  readonly calls = new Counter({
    name: 'signalbox_calls_total',
    help: 'Calls of data services, by service, operation, version and outcome (done, or the code of the refusal).',
    labelNames: ['service', 'operation', 'version', 'outcome'] as const,
    registers: [this.registry],
  })
  readonly callSeconds = new Histogram({
    name: 'signalbox_call_duration_seconds',
    help: 'Time from the first byte of a call to its answer.',
    labelNames: ['service', 'operation'] as const,
    // From a call that a cache answers to the longest deadline.
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
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
    const gauge: Gauge<'kind'> = new Gauge({
      name: 'signalbox_sandbox',
      help: 'What the sandbox holds right now, by kind.',
      labelNames: ['kind'] as const,
      registers: [this.registry],
      collect: () => {
        const kinds = sandboxKinds(sources.sandbox())
        for (const [kind, value] of Object.entries(kinds)) gauge.set({ kind }, value)
      },
    })
    const generation: Gauge = new Gauge({
      name: 'signalbox_routing_generation',
      help: 'Generation of the routing table that this node serves.',
      registers: [this.registry],
      collect: () => generation.set(sources.generation()),
    })
  }
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
