/** Calls of an operation by a subscription on a day. */
export interface OperationUse {
  readonly subscription: string
  readonly operation: string
  /** In UTC, as 2026-06-01. */
  readonly day: string
  readonly calls: number
}

/** Ten times the subscriptions that a host is measured with; about 150 bytes each. */
const MAX_SERIES = 100_000

/** Counts calls until they are written. Bounded; holds state, but no clock and no connection. */
export class UseLedger {
  #series = new Map<string, { -readonly [Key in keyof OperationUse]: OperationUse[Key] }>()
  readonly #maxSeries: number

  constructor(maxSeries = MAX_SERIES) {
    this.#maxSeries = maxSeries
  }

  /** What is beyond the bound is left out: who uses what is known from the other calls of the day. */
  add(use: OperationUse): void {
    const key = `${use.subscription} ${use.operation} ${use.day}`
    const series = this.#series.get(key)
    if (series !== undefined) series.calls += use.calls
    else if (this.#series.size < this.#maxSeries) this.#series.set(key, { ...use })
  }

  /** Empties the ledger. */
  take(): readonly OperationUse[] {
    const uses = [...this.#series.values()]
    this.#series = new Map()
    return uses
  }
}
