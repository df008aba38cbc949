import { MAX_UNITS } from '@signalbox/sdk/host-calls/meter-rules'
/** Whose units they are: what a tenant is shown, and may be charged for. */
export interface MeterName {
  readonly tenant: string
  readonly plugin: string
  readonly version: string
  /** Who called, such as `app:planner`. */
  readonly principal: string
  /** `orders.demand@1/list`; of what no service was called for, such as `job:refit`. */
  readonly operation: string
  readonly unit: string
}

export interface MeterSum extends MeterName {
  /** Day in UTC, as 2026-06-01. */
  readonly day: string
  readonly units: number
  readonly calls: number
}

/** About 300 bytes each. Beyond it units are lost, and the log says how many calls had some. */
const MAX_SERIES = 50_000

type Series = { -readonly [Key in keyof MeterSum]: MeterSum[Key] }

/** Adds up what plugins meter. Bounded; holds state, but no clock and no connection. */
export class MeterLedger {
  readonly #units = new Map<string, Set<string>>()
  readonly #maxSeries: number
  #series = new Map<string, Series>()
  #dropped = 0

  constructor(maxSeries = MAX_SERIES) {
    this.#maxSeries = maxSeries
  }

  takeDropped(): number {
    const dropped = this.#dropped
    this.#dropped = 0
    return dropped
  }

  /** @returns false: the version has as many units as it may have, and this is not one of them */
  add(name: MeterName, units: number, day: string): boolean {
    if (!this.#isKnownUnit(name)) return false
    this.#put({ ...name, day, units, calls: 1 })
    return true
  }

  /** Empties the ledger. */
  take(): readonly MeterSum[] {
    const sums = [...this.#series.values()]
    this.#series = new Map()
    return sums
  }

  /** What could not be written, to be written with what comes. */
  giveBack(sums: readonly MeterSum[]): void {
    for (const sum of sums) this.#put(sum)
  }

  #isKnownUnit({ tenant, plugin, version, unit }: MeterName): boolean {
    // The host's own: they take no room from the version's.
    if (unit.startsWith('host:')) return true
    const key = `${tenant}\0${plugin}\0${version}`
    const known = this.#units.get(key) ?? new Set()
    if (!known.has(unit) && known.size >= MAX_UNITS) return false
    known.add(unit)
    this.#units.set(key, known)
    return true
  }

  #put(sum: MeterSum): void {
    const { day, tenant, plugin, version, principal, operation, unit } = sum
    const key = [day, tenant, plugin, version, principal, operation, unit].join('\0')
    const series = this.#series.get(key)
    if (series !== undefined) {
      series.units += sum.units
      series.calls += sum.calls
    } else if (this.#series.size < this.#maxSeries) this.#series.set(key, { ...sum })
    else this.#dropped += sum.calls
  }
}
