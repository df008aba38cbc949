import { randomBytes } from 'node:crypto'
import type { Knex } from 'knex'
import { newDataKey, open, seal } from './sealing.ts'
import {
  findDataKey,
  findNewestDataKey,
  insertDataKey,
  type KeyTable,
  lockKeysNotUnder,
  setWrapped,
} from './tenant-key-store.ts'

/** Keys of one step of a rewrapping: some milliseconds of computing. */
const REWRAP_STEP = 200

/** Keys held in memory; the rest is read and unwrapped again. */
const MAX_HELD = 1000

export interface DataKey {
  readonly id: string
  readonly key: Buffer
}

/** The host's keys, which wrap the data keys. Each wrapped key names the one it is under. */
export interface WrappingKeys {
  newest(): Promise<DataKey>
  /** @throws where the host has no such key */
  byId(id: string): Promise<Buffer>
}

interface Ports {
  readonly knex: Knex
  readonly table: KeyTable
  readonly wrapping: WrappingKeys
  /** A tenant gets a new key after this long; what is sealed by an older one still opens. */
  readonly maxAgeMs: number
  readonly now: () => number
}

/**
 * The data keys of tenants, unwrapped: envelope encryption, so that a key of the host can be replaced by
 * wrapping some small keys again, and what a tenant has ends with its keys.
 */
export class TenantKeys {
  readonly #ports: Ports
  readonly #newest = new Map<string, { readonly madeAt: number; readonly dataKey: DataKey }>()

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** The key that is sealed by now. */
  async current(tenant: string): Promise<DataKey> {
    const { knex, table, now, maxAgeMs } = this.#ports
    const newerThan = now() - maxAgeMs
    const held = this.#newest.get(tenant)
    if (held !== undefined && held.madeAt > newerThan) return held.dataKey
    const stored = await findNewestDataKey(knex, table, tenant)
    if (stored !== undefined && stored.madeAt > newerThan) {
      const key = await this.#unwrap(tenant, stored)
      return this.#hold(tenant, stored.madeAt, { id: stored.id, key })
    }
    return this.#make(tenant)
  }

  /** @throws when there is no such key of this tenant, or it does not open */
  async byId(tenant: string, id: string): Promise<Buffer> {
    const stored = await findDataKey(this.#ports.knex, this.#ports.table, tenant, id)
    if (stored === undefined) throw new Error(`there is no key ${id} of ${tenant}`)
    return this.#unwrap(tenant, stored)
  }

  /**
   * Wraps every key that is under another key of the host again, under the newest.
   * @returns how many, and that key
   */
  async rewrap(trx: Knex.Transaction): Promise<{ rewrapped: number; hostKey: string }> {
    const { table, wrapping } = this.#ports
    const { id: hostKey, key: newest } = await wrapping.newest()
    for (let rewrapped = 0; ; ) {
      const stored = await lockKeysNotUnder(trx, table, hostKey, REWRAP_STEP)
      if (stored.length === 0) return { rewrapped, hostKey }
      for (const one of stored) {
        const key = await this.#unwrap(one.tenant, one)
        await setWrapped(trx, table, {
          id: one.id,
          wrapped: seal(newest, key, [one.tenant, one.id]),
          hostKey,
        })
      }
      rewrapped += stored.length
    }
  }

  async #make(tenant: string): Promise<DataKey> {
    const { knex, table, wrapping, now } = this.#ports
    const id = `key_${randomBytes(8).toString('hex')}`
    const key = newDataKey()
    const { id: hostKey, key: hostsKey } = await wrapping.newest()
    const wrapped = seal(hostsKey, key, [tenant, id])
    const madeAt = now()
    await insertDataKey(knex, table, { id, tenant, wrapped, hostKey, madeAt })
    return this.#hold(tenant, madeAt, { id, key })
  }

  async #unwrap(
    tenant: string,
    { id, wrapped, hostKey }: { id: string; wrapped: Buffer; hostKey: string },
  ): Promise<Buffer> {
    return open(await this.#ports.wrapping.byId(hostKey), wrapped, [tenant, id])
  }

  #hold(tenant: string, madeAt: number, dataKey: DataKey): DataKey {
    if (this.#newest.size >= MAX_HELD) this.#newest.clear()
    this.#newest.set(tenant, { madeAt, dataKey })
    return dataKey
  }
}
