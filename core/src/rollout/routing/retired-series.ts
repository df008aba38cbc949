import { RepeatedRun } from '../../storage/repeated-run.ts'
import { isInService } from './in-service.ts'
import type { Snapshot } from './snapshot.ts'

/** A version, of the plugin or the service that a series names it by. */
export interface SeriesVersion {
  readonly of: string
  readonly version: string
}

/** Figures for Prometheus that are told apart by versions. */
export interface VersionSeries {
  /** Of which there are figures. */
  versions(): Iterable<SeriesVersion>
  isRouted(snapshot: Snapshot, one: SeriesVersion): boolean
  drop(one: SeriesVersion): void
}

interface Ports {
  readonly series: readonly VersionSeries[]
  readonly snapshot: () => Snapshot
  /** Milliseconds. */
  readonly now: () => number
}

/** Ten scrapes of a slow Prometheus: what the last calls of a version added is read, and a rollback finds it there. */
const GRACE_MS = 600_000
const SWEEP_MS = 60_000

/**
 * Forgets figures of versions that are not routed to any more: a host that runs for a year would tell of each that ever
 * served. Whatever calls one again, such as a self-test, begins from nothing, which Prometheus takes for a restart.
 */
export class RetiredSeries {
  readonly #ports: Ports
  /** When each was first found without calls. */
  readonly #since: readonly Map<string, number>[]
  readonly #sweeps = new RepeatedRun(async () => this.sweep(), SWEEP_MS)

  constructor(ports: Ports) {
    this.#ports = ports
    this.#since = ports.series.map(() => new Map())
  }

  start(): void {
    this.#sweeps.start()
  }

  stop(): Promise<void> {
    return this.#sweeps.stop()
  }

  sweep(): void {
    const snapshot = this.#ports.snapshot()
    for (const [index, series] of this.#ports.series.entries()) {
      this.#sweepOne(series, this.#since[index] as Map<string, number>, snapshot)
    }
  }

  #sweepOne(series: VersionSeries, since: Map<string, number>, snapshot: Snapshot): void {
    const now = this.#ports.now()
    const retired = new Map<string, SeriesVersion>()
    for (const one of series.versions()) {
      if (!series.isRouted(snapshot, one)) retired.set(`${one.of}\0${one.version}`, one)
    }
    for (const key of since.keys()) if (!retired.has(key)) since.delete(key)
    for (const [key, one] of retired) {
      const from = since.get(key) ?? now
      since.set(key, from)
      if (now - from < GRACE_MS) continue
      series.drop(one)
      since.delete(key)
    }
  }
}

/** Of series by plugin. */
export function isPluginRouted(snapshot: Snapshot, { of, version }: SeriesVersion): boolean {
  return isInService(snapshot, of, version)
}

/** Of series by service, whichever of its majors. @param version or what stands for none */
export function isServiceRouted(snapshot: Snapshot, { of, version }: SeriesVersion): boolean {
  const plugins = [...snapshot.providers].flatMap(([key, plugin]) =>
    key.slice(0, key.lastIndexOf('@')) === of ? [plugin] : [],
  )
  if (version === 'none') return plugins.length > 0
  return plugins.some((plugin) => isInService(snapshot, plugin, version))
}
