import type { Knex } from 'knex'
import { listSamplings } from './sampling-store.ts'

/** A node learns of a share that another node was told within this time. */
const REFRESH_MS = 5000

/** This node's copy of the shares that tenants asked for: a call must not wait for a query. */
export class SamplingTable {
  readonly #knex: Knex
  #shares: ReadonlyMap<string, number> = new Map()
  #timer: NodeJS.Timeout | undefined

  constructor(knex: Knex) {
    this.#knex = knex
  }

  start(): void {
    void this.refresh()
    this.#timer = setInterval(() => void this.refresh(), REFRESH_MS)
    this.#timer.unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  share(tenant: string, plugin: string, version: string): number {
    // Nothing is sampled nearly always: then a call does not even make a key.
    return this.#shares.size === 0 ? 0 : (this.#shares.get(keyOf(tenant, plugin, version)) ?? 0)
  }

  /** Never rejects: while PostgreSQL is away the last shares hold. */
  async refresh(): Promise<void> {
    const samplings = await listSamplings(this.#knex).catch(() => undefined)
    if (samplings === undefined) return
    this.#shares = new Map(
      samplings.map(({ tenant, plugin, version, shareBp }) => [
        keyOf(tenant, plugin, version),
        shareBp,
      ]),
    )
  }
}

function keyOf(tenant: string, plugin: string, version: string): string {
  return `${tenant} ${plugin}@${version}`
}
