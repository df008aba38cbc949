import { randomBytes } from 'node:crypto'
import type { Knex } from 'knex'
import { sharedSecret } from '../storage/host-secret-store.ts'
import { newDataKey, open, seal, wrappingKey } from './sealing.ts'
import { findDataKey, findNewestDataKey, insertDataKey } from './tenant-key-store.ts'

/** The host's secret that wraps new data keys; older ones name theirs, so that it can be replaced. */
const HOST_KEY = 'invocations-1'

/** A tenant's calls get a new key each day: a key and what it sealed go together, seven days later. */
const KEY_AGE_MS = 24 * 3_600_000

/** Keys held in memory; the rest is read and unwrapped again. */
const MAX_HELD = 1000

export interface DataKey {
  readonly id: string
  readonly key: Buffer
}

/**
 * The data keys of tenants, unwrapped: envelope encryption, so that a key of the host can be replaced by
 * wrapping some small keys again, and a tenant's recordings end with its keys.
 */
export class TenantKeys {
  readonly #knex: Knex
  readonly #now: () => number
  readonly #wrapping = new Map<string, Promise<Buffer>>()
  readonly #newest = new Map<string, { readonly madeAt: number; readonly dataKey: DataKey }>()

  constructor(knex: Knex, now: () => number) {
    this.#knex = knex
    this.#now = now
  }

  /** The key that what is recorded now is sealed by. */
  async current(tenant: string): Promise<DataKey> {
    const newerThan = this.#now() - KEY_AGE_MS
    const held = this.#newest.get(tenant)
    if (held !== undefined && held.madeAt > newerThan) return held.dataKey
    const stored = await findNewestDataKey(this.#knex, tenant)
    if (stored !== undefined && stored.madeAt > newerThan) {
      const key = await this.#unwrap(tenant, stored)
      return this.#hold(tenant, stored.madeAt, { id: stored.id, key })
    }
    return this.#make(tenant)
  }

  /** @throws when there is no such key of this tenant, or it does not open */
  async byId(tenant: string, id: string): Promise<Buffer> {
    const stored = await findDataKey(this.#knex, tenant, id)
    if (stored === undefined) throw new Error(`there is no key ${id} of ${tenant}`)
    return this.#unwrap(tenant, stored)
  }

  async #make(tenant: string): Promise<DataKey> {
    const id = `key_${randomBytes(8).toString('hex')}`
    const key = newDataKey()
    const wrapped = seal(await this.#wrappingKey(HOST_KEY), key, [tenant, id])
    const madeAt = this.#now()
    await insertDataKey(this.#knex, { id, tenant, wrapped, hostKey: HOST_KEY, madeAt })
    return this.#hold(tenant, madeAt, { id, key })
  }

  async #unwrap(
    tenant: string,
    { id, wrapped, hostKey }: { id: string; wrapped: Buffer; hostKey: string },
  ): Promise<Buffer> {
    return open(await this.#wrappingKey(hostKey), wrapped, [tenant, id])
  }

  #wrappingKey(name: string): Promise<Buffer> {
    const known = this.#wrapping.get(name) ?? sharedSecret(this.#knex, name).then(wrappingKey)
    this.#wrapping.set(name, known)
    known.catch(() => this.#wrapping.delete(name))
    return known
  }

  #hold(tenant: string, madeAt: number, dataKey: DataKey): DataKey {
    if (this.#newest.size >= MAX_HELD) this.#newest.clear()
    this.#newest.set(tenant, { madeAt, dataKey })
    return dataKey
  }
}
