/** What a call is counted under. */
export interface UsageName {
  readonly tenant: string
  readonly app: string
  readonly subscription: string
  readonly service: string
  readonly major: number
  /** Who provides it; '' is the host itself. */
  readonly plugin: string
  readonly version: string
  readonly operation: string
  /** What was agreed, as `0.05 CNY call`; '' is nothing. */
  readonly price: string
}

export interface CallSum extends UsageName {
  /** `2xx`, `4xx`, `5xx`. */
  readonly statusClass: string
  /** Milliseconds since the epoch, whole hours. */
  readonly hour: number
  readonly calls: number
  readonly bytesIn: number
  readonly bytesOut: number
  /** Microseconds, whole: sums are exact. */
  readonly cpuUs: number
}

export interface UnitSum extends UsageName {
  readonly unit: string
  readonly hour: number
  /** Whole, and beyond what a double holds where it must. */
  readonly units: bigint
}

/** What of a lease was spent. */
export interface LeaseSum {
  readonly lease: string
  readonly calls: number
}

export interface UsageBatch {
  readonly calls: readonly CallSum[]
  readonly units: readonly UnitSum[]
  readonly leases: readonly LeaseSum[]
}

const HOUR_MS = 3_600_000

/** About 400 bytes each. Beyond it a call is counted under its subscription alone: told apart less, and not lost. */
const MAX_SERIES = 50_000

const OTHERS = 'others'

/** What is added under a name. */
export interface Spent extends Pick<CallSum, 'statusClass' | 'bytesIn' | 'bytesOut' | 'cpuUs'> {
  readonly at: number
  /** 0 where the call is counted already, and goes on; one when left out. */
  readonly calls?: 0
}

type Counted = { -readonly [Key in keyof CallSum]: CallSum[Key] }
type Metered = { -readonly [Key in keyof UnitSum]: UnitSum[Key] }

/** Adds up what subscribers use. Holds state, but no clock and no connection. */
export class UsageLedger {
  readonly #maxSeries: number
  #calls = new Map<string, Counted>()
  /** Those that a name was counted in already, by the very object: whoever counts holds on to its names. */
  #found = new WeakMap<UsageName, Counted[]>()
  #units = new Map<string, Metered>()
  #leases = new Map<string, number>()

  constructor(maxSeries = MAX_SERIES) {
    this.#maxSeries = maxSeries
  }

  get isEmpty(): boolean {
    return this.#calls.size + this.#units.size + this.#leases.size === 0
  }

  /** @param lease what it was reserved under, where it has a price and is to be paid */
  addCall(name: UsageName, call: Spent, lease?: string): void {
    const { statusClass, bytesIn, bytesOut, cpuUs } = call
    const sum = this.#sumOf(name, statusClass, hourOf(call.at))
    sum.calls += call.calls ?? 1
    sum.bytesIn += bytesIn
    sum.bytesOut += bytesOut
    sum.cpuUs += cpuUs
    if (lease !== undefined) this.#leases.set(lease, (this.#leases.get(lease) ?? 0) + 1)
  }

  #sumOf(name: UsageName, statusClass: string, hour: number): Counted {
    const found = this.#found.get(name) ?? []
    for (const sum of found) if (sum.statusClass === statusClass && sum.hour === hour) return sum
    const sum = this.#sumByKey(name, statusClass, hour)
    this.#found.set(name, [...found, sum])
    return sum
  }

  #sumByKey(name: UsageName, statusClass: string, hour: number): Counted {
    const key = keyOf(name, statusClass, hour)
    const known = this.#calls.get(key)
    if (known !== undefined) return known
    const isRoom = this.#calls.size < this.#maxSeries
    const own = isRoom ? name : inShort(name)
    const ownKey = isRoom ? key : keyOf(own, statusClass, hour)
    const blank = { ...own, statusClass, hour, calls: 0, bytesIn: 0, bytesOut: 0, cpuUs: 0 }
    const sum = this.#calls.get(ownKey) ?? blank
    this.#calls.set(ownKey, sum)
    return sum
  }

  addUnits(name: UsageName, unit: string, n: number, at: number): void {
    const hour = hourOf(at)
    const key = keyOf(name, unit, hour)
    const isKnown = this.#units.has(key) || this.#units.size < this.#maxSeries
    const known = isKnown ? name : inShort(name)
    const ownKey = isKnown ? key : keyOf(known, unit, hour)
    const sum = this.#units.get(ownKey) ?? { ...known, unit, hour, units: 0n }
    sum.units += BigInt(n)
    this.#units.set(ownKey, sum)
  }

  /** Empties the ledger. */
  take(): UsageBatch {
    const batch = {
      calls: [...this.#calls.values()],
      units: [...this.#units.values()],
      leases: [...this.#leases].map(([lease, calls]) => ({ lease, calls })),
    }
    this.#calls = new Map()
    this.#found = new WeakMap()
    this.#units = new Map()
    this.#leases = new Map()
    return batch
  }
}

function hourOf(at: number): number {
  return at - (at % HOUR_MS)
}

function inShort(name: UsageName): UsageName {
  return { ...name, operation: OTHERS, version: OTHERS }
}

function keyOf(name: UsageName, kind: string, hour: number): string {
  const { subscription, operation, version, price, service, major } = name
  return `${subscription}\0${hour}\0${operation}\0${version}\0${kind}\0${price}\0${service}\0${major}`
}
