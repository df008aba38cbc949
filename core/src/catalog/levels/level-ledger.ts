import type { Knex } from 'knex'
import { BUCKETS, bucketOf } from './duration-buckets.ts'
import { addSlots, type LevelSlot } from './level-store.ts'

/** A call that says something of the version that was to answer it. */
export interface LevelCall {
  readonly tenant: string
  readonly service: string
  readonly major: number
  readonly version: string
  readonly isFailed: boolean
  readonly ms: number
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** Who provides a service, and the time that its version promises. */
export interface HeldTo {
  readonly plugin: string
  readonly p95Ms: number | undefined
}

const SLOT_MS = 300_000

/** Of one flush, which comes each second: as many as there are tenants, services and versions that are called in one. */
const MAX_SERIES = 50_000

type Counted = {
  -readonly [Key in keyof LevelSlot]: LevelSlot[Key] extends readonly number[]
    ? number[]
    : LevelSlot[Key]
} & { readonly p95Ms: number | undefined }

interface Found {
  readonly version: string
  readonly slot: number
  readonly counted: Counted | null
}

/**
 * Counts how calls went, in memory, beside the counts of usage and written with them: see UsageRecorder. What a version
 * promises is looked up once a series and a flush, so that each call is held to it exactly, not by its bucket.
 */
export class LevelLedger {
  readonly #heldTo: (service: string, major: number, version: string) => HeldTo | undefined
  /** Null: of what the host itself provides. */
  #series = new Map<string, Counted | null>()
  /** Those that a caller's calls were counted in already, by the very object. */
  #found = new WeakMap<object, Found[]>()

  constructor(heldTo: (service: string, major: number, version: string) => HeldTo | undefined) {
    this.#heldTo = heldTo
  }

  get isEmpty(): boolean {
    return this.#series.size === 0
  }

  /** @param caller the same object for the same tenant, service and major: spares the call a key */
  add(call: LevelCall, caller?: object): void {
    const { isFailed, ms, at } = call
    const slot = at - (at % SLOT_MS)
    const counted = caller === undefined ? this.#of(call, slot) : this.#ofCaller(caller, call, slot)
    if (counted === undefined || counted === null) return
    counted.calls++
    if (isFailed) {
      counted.failed++
      return
    }
    const bucket = bucketOf(ms)
    counted.buckets[bucket] = (counted.buckets[bucket] ?? 0) + 1
    if (counted.p95Ms === undefined) return
    counted.timed++
    if (ms > counted.p95Ms) counted.slow++
  }

  /** Empties the ledger. @returns what writes it; each time the same, for whoever must try again */
  take(): (trx: Knex.Transaction) => Promise<void> {
    const slots = [...this.#series.values()].filter((one) => one !== null)
    this.#series = new Map()
    this.#found = new WeakMap()
    return (trx) => addSlots(trx, slots)
  }

  #ofCaller(caller: object, call: LevelCall, slot: number): Counted | null | undefined {
    const found = this.#found.get(caller) ?? []
    for (const one of found) {
      if (one.version === call.version && one.slot === slot) return one.counted
    }
    const counted = this.#of(call, slot)
    if (counted === undefined) return undefined
    this.#found.set(caller, [...found, { version: call.version, slot, counted }])
    return counted
  }

  /** @returns undefined: there is no more room */
  #of(call: LevelCall, slot: number): Counted | null | undefined {
    const { tenant, service, major, version } = call
    const key = `${tenant}\0${service}\0${major}\0${version}\0${slot}`
    const known = this.#series.get(key)
    if (known !== undefined || this.#series.size >= MAX_SERIES) return known
    const counted = this.#begin(call, slot)
    this.#series.set(key, counted)
    return counted
  }

  #begin({ tenant, service, major, version }: LevelCall, slot: number): Counted | null {
    const held = this.#heldTo(service, major, version)
    if (held === undefined) return null
    const counts = { calls: 0, failed: 0, timed: 0, slow: 0 }
    const buckets = new Array<number>(BUCKETS).fill(0)
    return { tenant, service, major, version, slot, ...held, ...counts, buckets }
  }
}
