import { Gauge, type Registry } from 'prom-client'
import { serviceKey } from '../../rollout/routing/snapshot.ts'
import type { Breach, TenantSums } from './level-store.ts'
import {
  addSums,
  levelNames,
  levelWindows,
  measuredLevel,
  noSums,
  type PromisedLevels,
  promisedLevel,
} from './service-levels.ts'

type Named = { readonly service: string; readonly major: number; readonly levels: PromisedLevels }

/** Over all tenants and nodes, as PostgreSQL has it: each node tells the same. No tenant is a label. */
export class LevelMetrics {
  readonly #promised: Gauge<'service' | 'major' | 'level'>
  readonly #measured: Gauge<'service' | 'major' | 'level' | 'window'>
  readonly #breaches: Gauge<'service' | 'major' | 'level' | 'window'>

  constructor(registry: Registry) {
    const registers = [registry]
    const labels = ['service', 'major', 'level'] as const
    this.#promised = new Gauge({
      name: 'signalbox_service_level_promised_ratio',
      help: 'Share of calls that a contract promises to go well, by level: availability (not failed), latency (within its p95Ms).',
      labelNames: labels,
      registers,
    })
    this.#measured = new Gauge({
      name: 'signalbox_service_level_measured_ratio',
      help: 'Share of calls that went well in a window (1h, 24h, 30d), all tenants together; absent without calls.',
      labelNames: [...labels, 'window'] as const,
      registers,
    })
    this.#breaches = new Gauge({
      name: 'signalbox_service_level_breaches',
      help: 'Tenants whose promise is broken now, by level and window.',
      labelNames: [...labels, 'window'] as const,
      registers,
    })
  }

  show(promised: readonly Named[], sums: readonly TenantSums[]): void {
    this.#promised.reset()
    this.#measured.reset()
    const byService = Map.groupBy(sums, ({ service, major }) => serviceKey(service, major))
    for (const { service, major, levels } of promised) {
      const ofService = byService.get(serviceKey(service, major)) ?? []
      for (const level of levelNames) {
        const objective = promisedLevel(level, levels)
        if (objective === undefined) continue
        this.#promised.set({ service, major, level }, objective / 100)
        for (const { name: window } of levelWindows) {
          const all = ofService.map(({ windows }) => windows[window]).reduce(addSums, noSums)
          const measured = measuredLevel(level, all)
          if (measured !== null)
            this.#measured.set({ service, major, level, window }, measured / 100)
        }
      }
    }
  }

  showBreaches(promised: readonly Named[], open: readonly Breach[]): void {
    this.#breaches.reset()
    for (const { service, major, levels } of promised) {
      for (const level of levelNames) {
        if (promisedLevel(level, levels) === undefined) continue
        // Zero is told too: an alert needs something to come from.
        for (const { name: window } of levelWindows) {
          this.#breaches.set({ service, major, level, window }, 0)
        }
      }
    }
    for (const { service, major, level, window } of open) {
      this.#breaches.inc({ service, major, level, window })
    }
  }
}
