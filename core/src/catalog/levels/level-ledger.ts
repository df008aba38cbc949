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

/**
 * Counts how calls went, in memory, beside the counts of usage and written with them: see UsageRecorder. What a version
 * promises is looked up once a series and a flush, so that each call is held to it exactly, not by its bucket.
 */
export class LevelLedger {
  readonly #heldTo: (service: string, major: number, version: string) => HeldTo | undefined
  /** Null: of what the host itself provides. */
  #series = new Map<string, Counted | null>()

  constructor(heldTo: (service: string, major: number, version: string) => HeldTo | undefined) {
    this.#heldTo = heldTo
  }

  get isEmpty(): boolean {
    return this.#series.size === 0
  }

  add(call: LevelCall): void {
    const { tenant, service, major, version, isFailed, ms, at } = call
    const slot = at - (at % SLOT_MS)
    const key = `${tenant}\0${service}\0${major}\0${version}\0${slot}`
    let counted = this.#series.get(key)
    if (counted === undefined) {
      if (this.#series.size >= MAX_SERIES) return
      counted = this.#begin(call, slot)
      this.#series.set(key, counted)
    }
    if (counted === null) return
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
    return (trx) => addSlots(trx, slots)
  }

  #begin({ tenant, service, major, version }: LevelCall, slot: number): Counted | null {
    const held = this.#heldTo(service, major, version)
    if (held === undefined) return null
    const counts = { calls: 0, failed: 0, timed: 0, slow: 0 }
    const buckets = new Array<number>(BUCKETS).fill(0)
    return { tenant, service, major, version, slot, ...held, ...counts, buckets }
  }
}
