import { Counter, Histogram, type Registry } from 'prom-client'
import type { GrantUse } from './grant-uses.ts'

/** What a Prometheus server takes from one target without a word; versions and codes are many, in years. */
const MAX_SERIES = 2000

const OTHER = 'other'

/** Host calls by version and outcome. Bounded: what found no room is counted as `other`. */
export class HostCallMetrics {
  readonly #calls: Counter<'plugin' | 'version' | 'capability' | 'outcome'>
  readonly #seconds: Histogram<'capability'>
  readonly #known = new Map<string, () => void>()

  constructor(registry: Registry) {
    this.#calls = new Counter({
      name: 'signalbox_host_calls_total',
      help: 'What plugins asked of the host, by version, capability and outcome (done, failed, or the code of the refusal).',
      labelNames: ['plugin', 'version', 'capability', 'outcome'] as const,
      registers: [registry],
    })
    this.#seconds = new Histogram({
      name: 'signalbox_host_call_duration_seconds',
      help: 'Time that the host took for what a plugin asked, by capability.',
      labelNames: ['capability'] as const,
      buckets: [0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30],
      registers: [registry],
    })
  }

  add({ plugin, version, capability, outcome, ms }: GrantUse): void {
    const key = `${plugin}\0${version}\0${capability}\0${outcome}`
    const known = this.#known.get(key)
    if (known !== undefined) known()
    else this.#first(key, { plugin, version, capability, outcome })
    this.#seconds.observe({ capability }, ms / 1000)
  }

  #first(
    key: string,
    labels: Record<'plugin' | 'version' | 'capability' | 'outcome', string>,
  ): void {
    const isRoom = this.#known.size < MAX_SERIES
    const others = { plugin: OTHER, version: OTHER, capability: labels.capability, outcome: OTHER }
    const child = this.#calls.labels(isRoom ? labels : others)
    const inc = () => child.inc()
    if (isRoom) this.#known.set(key, inc)
    inc()
  }
}
