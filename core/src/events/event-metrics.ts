import { Counter, Histogram, type Registry } from 'prom-client'

/** Names follow Prometheus' rules, as in gateway/metrics.ts. No label can be chosen by a stranger. */
export class EventMetrics {
  readonly published: Counter<'by'>
  readonly deliveries: Counter<'plugin' | 'outcome'>
  readonly lagSeconds: Histogram

  constructor(registry: Registry) {
    const registers = [registry]
    this.published = new Counter({
      name: 'signalbox_events_published_total',
      help: 'Events that were taken, by who published them: plugin or app.',
      labelNames: ['by'] as const,
      registers,
    })
    this.deliveries = new Counter({
      name: 'signalbox_event_deliveries_total',
      help: 'Tries to deliver an event: done, retried, dead, or delayed by the host itself.',
      labelNames: ['plugin', 'outcome'] as const,
      registers,
    })
    this.lagSeconds = new Histogram({
      name: 'signalbox_event_lag_seconds',
      help: 'Time from the publishing of an event to the start of the first try to handle it.',
      buckets: [0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 5, 30, 300],
      registers,
    })
  }
}
