import type { GuestOutcome } from '@signalbox/sandbox'
import { isPluginRouted, type SeriesVersion } from '../rollout/routing/retired-series.ts'
import type { Snapshot } from '../rollout/routing/snapshot.ts'

/** What the calls of one version in one tenant took on this node since it started. */
export interface Usage {
  readonly plugin: string
  readonly version: string
  readonly tenant: string
  readonly calls: number
  readonly cpuMs: number
  /** The highest heap seen after any call; an isolate's calls share it. */
  readonly peakHeapMb: number
  readonly bytesOut: number
  readonly hostCalls: number
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }
/** `isHeld` is false for one that made room: nothing is added to it any more. */
type Series = Mutable<Usage> & { lastAt: number; isHeld: boolean }
type Named = Pick<Usage, 'plugin' | 'version' | 'tenant'>

export type Metered = Pick<GuestOutcome, 'cpuMs' | 'peakHeapMb' | 'bytesOut' | 'hostCalls'>

/** Five metrics each: what a Prometheus server takes from one target without a word. */
const MAX_SERIES = 1000

/** A series at rest for so long may make room: longer than any usual scrape, so nothing of it is missed. */
const IDLE_MS = 3_600_000

/** Stands for every part of the name of what found no room of its own. */
const OTHER = 'other'

/** Adds up what guests took, by plugin, version and tenant. Bounded; holds state, but no clock. */
export class UsageMeter {
  readonly #series = new Map<string, Series>()
  readonly #known = new WeakMap<object, Series>()
  readonly #maxSeries: number
  #lookedAt = Number.NEGATIVE_INFINITY

  constructor(maxSeries = MAX_SERIES) {
    this.#maxSeries = maxSeries
  }

  /** @param of the same object for many calls: what it names is then looked up by it */
  add(of: Named, used: Metered, now: number): void {
    const known = this.#known.get(of)
    const series = known?.isHeld === true ? known : this.#seriesOf(of, now)
    if (series !== known && series.plugin !== OTHER) this.#known.set(of, series)
    series.calls += 1
    series.cpuMs += used.cpuMs
    series.peakHeapMb = Math.max(series.peakHeapMb, used.peakHeapMb)
    series.bytesOut += used.bytesOut
    series.hostCalls += used.hostCalls
    series.lastAt = now
  }

  all(): readonly Usage[] {
    return [...this.#series.values()]
  }

  of(tenant: string, plugin: string): readonly Usage[] {
    return this.all().filter((series) => series.tenant === tenant && series.plugin === plugin)
  }

  versions(): readonly SeriesVersion[] {
    return this.all().map(({ plugin, version }) => ({ of: plugin, version }))
  }

  isRouted(snapshot: Snapshot, one: SeriesVersion): boolean {
    return one.of === OTHER || isPluginRouted(snapshot, one)
  }

  drop({ of, version }: SeriesVersion): void {
    for (const [key, series] of this.#series) {
      if (series.plugin !== of || series.version !== version) continue
      this.#series.delete(key)
      series.isHeld = false
    }
  }

  #seriesOf({ plugin, version, tenant }: Named, now: number): Series {
    const key = `${plugin}\0${version}\0${tenant}`
    const known = this.#series.get(key)
    if (known !== undefined) return known
    if (this.#series.size < this.#maxSeries || this.#forgetIdle(now)) {
      return this.#start(key, { plugin, version, tenant }, now)
    }
    return this.#series.get(OTHER) ?? this.#start(OTHER, othersName, now)
  }

  #start(key: string, name: Named, now: number): Series {
    const series = { ...name, calls: 0, cpuMs: 0, peakHeapMb: 0, bytesOut: 0, hostCalls: 0 }
    const started = { ...series, lastAt: now, isHeld: true }
    this.#series.set(key, started)
    return started
  }

  /**
   * Its sums are dropped, not moved to the others: a counter that jumps would look like a burst of calls.
   * Looked for only when a version meets a full table for the first time, and once a minute at most.
   */
  #forgetIdle(now: number): boolean {
    if (now - this.#lookedAt < 60_000) return false
    this.#lookedAt = now
    for (const [key, series] of this.#series) {
      if (key === OTHER || now - series.lastAt <= IDLE_MS) continue
      this.#series.delete(key)
      series.isHeld = false
    }
    return this.#series.size < this.#maxSeries
  }
}

const othersName = { plugin: OTHER, version: OTHER, tenant: OTHER }
