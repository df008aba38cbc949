import { Counter, type Registry } from 'prom-client'
import { isPluginRouted, type SeriesVersion } from '../rollout/routing/retired-series.ts'
import type { Snapshot } from '../rollout/routing/snapshot.ts'

export type PageOutcome = 'shown' | 'failed'

const outcomes: readonly PageOutcome[] = ['shown', 'failed']

/** What browsers told of pages, for Prometheus: by what is installed, never by what a stranger calls it. */
export class PageTally {
  readonly #versions = new Map<string, SeriesVersion>()
  readonly #reports: Counter<'plugin' | 'version' | 'outcome'>

  constructor(registry: Registry) {
    this.#reports = new Counter({
      name: 'signalbox_page_reports_total',
      help: 'Pages of plugins that browsers reported, by plugin, version and outcome (shown, failed).',
      labelNames: ['plugin', 'version', 'outcome'] as const,
      registers: [registry],
    })
  }

  add(plugin: string, version: string, outcome: PageOutcome): void {
    this.#versions.set(`${plugin}@${version}`, { of: plugin, version })
    this.#reports.inc({ plugin, version, outcome })
  }

  versions(): Iterable<SeriesVersion> {
    return this.#versions.values()
  }

  isRouted(snapshot: Snapshot, one: SeriesVersion): boolean {
    return isPluginRouted(snapshot, one)
  }

  drop({ of: plugin, version }: SeriesVersion): void {
    this.#versions.delete(`${plugin}@${version}`)
    for (const outcome of outcomes) this.#reports.remove({ plugin, version, outcome })
  }
}
