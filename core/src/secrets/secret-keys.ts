import type { Knex } from 'knex'
import type { HostKeys } from '../sealing/host-keys.ts'
import { TenantKeys } from '../sealing/tenant-keys.ts'

/**
 * What secrets are sealed by: one key a tenant. Few messages meet under it, so that it need not age; a new key of
 * the host wraps it again.
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
