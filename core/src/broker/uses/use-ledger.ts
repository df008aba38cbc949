import type { GrantUse } from './grant-uses.ts'

/** What one version did with one facet of one grant, since it was last written. */
export interface UseSum {
  readonly tenant: string
  readonly plugin: string
  readonly version: string
  readonly capability: string
  readonly grant: string
  readonly facet: string
  readonly count: number
  /** Those of them that ended in a refusal or an error. */
  readonly failures: number
  readonly totalMs: number
  /** Milliseconds since the epoch. */
  readonly firstAt: number
  readonly lastAt: number
}

type Series = { -readonly [Key in keyof UseSum]: UseSum[Key] }

/** About 250 bytes each: 12 MB at most. */
const MAX_SERIES = 50_000

/** As many as a contract has operations. Facets come from what plugins ask for, so somebody has to bound them. */
const MAX_FACETS = 64

/** Stands for the facets that found no room: whoever narrows a grant by its facets must not do so then. */
export const OTHER_FACETS = '*'

/** What PostgreSQL keeps as it is, and no longer than a name. */
const MAX_FACET_LENGTH = 300

/** Adds up what plugins use of their grants. Bounded; holds state, but no clock and no connection. */
export class UseLedger {
  readonly #maxSeries: number
  #series = new Map<string, Series>()
  #facets = new Map<string, number>()
  #dropped = 0

  constructor(maxSeries = MAX_SERIES) {
    this.#maxSeries = maxSeries
  }

  /** Uses that found no room since this was asked last: what they used may look unused. */
  takeDropped(): number {
    const dropped = this.#dropped
    this.#dropped = 0
    return dropped
  }

  add(use: GrantUse, now: number): void {
    const series = this.#seriesOf(use, now)
    if (series === undefined) {
      this.#dropped += 1
      return
    }
    series.count += 1
    if (use.outcome !== 'done') series.failures += 1
    series.totalMs += use.ms
    series.lastAt = now
  }

  /** Empties the ledger. */
  take(): readonly UseSum[] {
    const sums = [...this.#series.values()]
    this.#series = new Map()
    this.#facets = new Map()
    return sums
  }

  /** What could not be written, to be written with what comes. */
  giveBack(sums: readonly UseSum[]): void {
    for (const sum of sums) {
      const use = { ...sum, outcome: 'done', ms: 0 }
      const series = this.#seriesOf(use, sum.firstAt)
      if (series === undefined) {
        this.#dropped += sum.count
        continue
      }
      series.count += sum.count
      series.failures += sum.failures
      series.totalMs += sum.totalMs
      series.firstAt = Math.min(series.firstAt, sum.firstAt)
      series.lastAt = Math.max(series.lastAt, sum.lastAt)
    }
  }

  #seriesOf(use: GrantUse, now: number): Series | undefined {
    const { tenant, plugin, version, capability, grant } = use
    const owner = `${tenant}\0${plugin}\0${version}\0${capability}\0${grant}\0`
    const facet = cleanFacet(use.facet)
    const known = this.#series.get(owner + facet)
    if (known !== undefined) return known
    if (this.#series.size >= this.#maxSeries) return undefined
    const facets = this.#facets.get(owner) ?? 0
    if (facets >= MAX_FACETS && facet !== OTHER_FACETS) {
      return this.#seriesOf({ ...use, facet: OTHER_FACETS }, now)
    }
    this.#facets.set(owner, facets + 1)
    const sums = { count: 0, failures: 0, totalMs: 0, firstAt: now, lastAt: now }
    const series = { tenant, plugin, version, capability, grant, facet, ...sums }
    this.#series.set(owner + facet, series)
    return series
  }
}

function cleanFacet(facet: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (facet.length <= MAX_FACET_LENGTH && !/[\u0000-\u001f\ud800-\udfff]/.test(facet)) return facet
  return OTHER_FACETS
}
