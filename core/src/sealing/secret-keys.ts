import type { Knex } from 'knex'
import type { HostKeys } from './host-keys.ts'
import { TenantKeys } from './tenant-keys.ts'

/**
 * What the secrets of tenants are sealed by, those of plugins, the private halves of keys and the secrets of webhooks
 * alike: one key a tenant. Few messages meet under it, so that it need not age; a new key of the host wraps it again.
 */
export function secretKeys(knex: Knex, hostKeys: HostKeys, now: () => number): TenantKeys {
  return new TenantKeys({
    knex,
    table: 'secret_keys',
    wrapping: hostKeys.for('signalbox secret keys'),
    maxAgeMs: Number.POSITIVE_INFINITY,
    now,
  })
}
