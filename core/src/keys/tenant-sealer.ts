import type { Knex } from 'knex'
import { newDataKey, open, seal, wrappingKey } from '../sealing/sealing.ts'
import { sharedSecret } from '../storage/host-secret-store.ts'
import { keepDataKey } from './data-key-store.ts'
import type { Sealer } from './sealer.ts'

/** The host's secret that wraps the data keys of tenants. */
const HOST_KEY = 'signing-keys-1'

/** Envelope encryption: a data key a tenant, wrapped by a key of the host, which alone is re-wrapped when it changes. */
export class TenantSealer implements Sealer {
  readonly #knex: Knex

  constructor(knex: Knex) {
    this.#knex = knex
  }

  async seal(tenant: string, plain: Buffer, boundTo: readonly string[]): Promise<Buffer> {
    return seal(await this.#dataKey(tenant), plain, [tenant, ...boundTo])
  }

  async open(tenant: string, sealed: Buffer, boundTo: readonly string[]): Promise<Buffer> {
    return open(await this.#dataKey(tenant), sealed, [tenant, ...boundTo])
  }

  /** Not held in memory: signing is rare, and a key that is nowhere cannot be read from a dump. */
  async #dataKey(tenant: string): Promise<Buffer> {
    const wrapping = wrappingKey(await sharedSecret(this.#knex, HOST_KEY), 'signalbox signing keys')
    const fresh = seal(wrapping, newDataKey(), [tenant, HOST_KEY])
    const kept = await keepDataKey(this.#knex, { tenant, wrapped: fresh, hostKey: HOST_KEY })
    return open(wrapping, kept.wrapped, [tenant, kept.hostKey])
  }
}
