import { open, seal } from './sealing.ts'
import type { TenantKeys } from './tenant-keys.ts'

/** Sealed bytes, and which of the tenant's data keys opens them. */
export interface Sealed {
  readonly dataKey: string
  readonly sealed: Buffer
}

/** Keeps for a tenant what must not be read from the database. */
export class Sealer {
  readonly #keys: Pick<TenantKeys, 'current' | 'byId'>

  constructor(keys: Pick<TenantKeys, 'current' | 'byId'>) {
    this.#keys = keys
  }

  /**
   * Not within a transaction: the first of a tenant makes its data key on a connection of its own.
   * @param boundTo what the sealed bytes belong to, its kind first: moved elsewhere they do not open
   * @throws CORE_HOST_KEY_ABSENT, CORE_HOST_KEY_MISSING
   */
  async seal(tenant: string, plain: Buffer, boundTo: readonly string[]): Promise<Sealed> {
    const { id, key } = await this.#keys.current(tenant)
    return { dataKey: id, sealed: seal(key, plain, [tenant, ...boundTo]) }
  }

  /**
   * The data key is unwrapped each time and held nowhere: signing is rare.
   * @throws CORE_HOST_KEY_ABSENT, CORE_HOST_KEY_MISSING; and where a bit, the tenant or what they are bound to is another
   */
  async open(
    tenant: string,
    { dataKey, sealed }: Sealed,
    boundTo: readonly string[],
  ): Promise<Buffer> {
    return open(await this.#keys.byId(tenant, dataKey), sealed, [tenant, ...boundTo])
  }
}
