import { Counter, Histogram, type Registry } from 'prom-client'
import { isPluginRouted, type SeriesVersion } from '../../rollout/routing/retired-series.ts'
import type { Snapshot } from '../../rollout/routing/snapshot.ts'
import type { GrantUse, Moved } from './grant-uses.ts'

/** What a Prometheus server takes from one target without a word; versions and codes are many, in years. */
const MAX_SERIES = 2000

const OTHER = 'other'

const labelNames = ['plugin', 'version', 'capability', 'outcome'] as const

interface Counted {
  readonly labels: Readonly<Record<(typeof labelNames)[number], string>>
  count: number
}

/** Host calls by version and outcome. Bounded: what found no room is counted as `other`. */
export class HostCallMetrics {
  readonly #seconds: Histogram<'capability'>
  readonly #bytes: Counter<'capability' | 'direction'>
  readonly #counted = new Map<string, Counted>()

  constructor(registry: Registry) {
    // The sums are read when somebody asks: to count in the counter itself costs a host call a microsecond.
    const calls: Counter<(typeof labelNames)[number]> = new Counter({
      name: 'signalbox_host_calls_total',
      help: 'What plugins asked of the host, by version, capability and outcome (done, failed, or the code of the refusal).',
      labelNames,
      registers: [registry],
      collect: () => {
        calls.reset()
        for (const { labels, count } of this.#counted.values()) calls.inc(labels, count)
      },
    })
    this.#seconds = new Histogram({
      name: 'signalbox_host_call_duration_seconds',
      help: 'Time that the host took for what a plugin asked, by capability.',
      labelNames: ['capability'] as const,
      buckets: [0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30],
      registers: [registry],
    })
    this.#bytes = new Counter({
      name: 'signalbox_host_call_bytes_total',
      help: 'Content of files and requests that plugins sent and received by host calls that were done, by capability.',
      labelNames: ['capability', 'direction'] as const,
      registers: [registry],
    })
  }

  add({ plugin, version, capability, outcome, ms, moved }: GrantUse): void {
    this.#countedOf(plugin, version, capability, outcome).count += 1
    this.#seconds.observe({ capability }, ms / 1000)
    if (moved !== undefined) this.#addBytes(capability, moved)
  }

  versions(): readonly SeriesVersion[] {
    return [...this.#counted.values()].map(({ labels }) => ({
      of: labels.plugin,
      version: labels.version,
    }))
  }

  isRouted(snapshot: Snapshot, one: SeriesVersion): boolean {
    return one.of === OTHER || isPluginRouted(snapshot, one)
  }

  drop({ of, version }: SeriesVersion): void {
    for (const [key, { labels }] of this.#counted) {
      if (labels.plugin === of && labels.version === version) this.#counted.delete(key)
    }
  }

  #addBytes(capability: string, { sent, received }: Moved): void {
    if (sent > 0) this.#bytes.inc({ capability, direction: 'sent' }, sent)
    if (received > 0) this.#bytes.inc({ capability, direction: 'received' }, received)
  }

  #countedOf(plugin: string, version: string, capability: string, outcome: string): Counted {
    const key = `${plugin}\0${version}\0${capability}\0${outcome}`
    const known = this.#counted.get(key)
    if (known !== undefined) return known
    if (this.#counted.size >= MAX_SERIES && plugin !== OTHER) {
      return this.#countedOf(OTHER, OTHER, capability, OTHER)
    }
    const counted = { labels: { plugin, version, capability, outcome }, count: 0 }
    this.#counted.set(key, counted)
    return counted
  }
}
