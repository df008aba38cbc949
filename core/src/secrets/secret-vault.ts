import type { Knex } from 'knex'
import type { TenantKeys } from '../sealing/tenant-keys.ts'
import { openValue } from './sealed-value.ts'
import { findSealed, type SecretName } from './secret-store.ts'

/** Values held open; beyond it all are read again. */
const MAX_HELD = 1000

interface Ports {
  readonly knex: Knex
  readonly keys: TenantKeys
  /** Of the routing table: setting a secret is a change of it, so every node knows of one within a second. */
  readonly generation: () => number
}

interface Held {
  readonly generation: number
  readonly value: Promise<string | undefined>
}

/** Opens secrets for requests. A value is held until the next change of the routing table, not longer. */
export class SecretVault {
  readonly #ports: Ports
  readonly #held = new Map<string, Held>()

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** @returns undefined where the tenant has set none */
  async value(secret: SecretName): Promise<string | undefined> {
    const key = JSON.stringify([secret.tenant, secret.plugin, secret.name])
    // Before it is read: what is read may be newer than this, never older.
    const generation = this.#ports.generation()
    const held = this.#held.get(key)
    if (held?.generation === generation) return held.value
    if (this.#held.size >= MAX_HELD) this.#held.clear()
    const value = this.#open(secret)
    this.#held.set(key, { generation, value })
    value.catch(() => this.#held.delete(key))
    return value
  }

  async #open(secret: SecretName): Promise<string | undefined> {
    const sealed = await findSealed(this.#ports.knex, secret)
    if (sealed === undefined) return undefined
    return openValue(secret, sealed, await this.#ports.keys.byId(secret.tenant, sealed.key))
  }
}
