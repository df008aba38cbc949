import type { Knex } from 'knex'
import { wrappingKey } from '../sealing/sealing.ts'
import { TenantKeys, type WrappingKeys } from '../sealing/tenant-keys.ts'
import { sharedSecret } from '../storage/host-secret-store.ts'

/** The host's secret that wraps new data keys; older ones name theirs, so that it can be replaced. */
const HOST_KEY = 'invocations-1'

/** A tenant's calls get a new key each day: a key and what it sealed go together, seven days later. */
const KEY_AGE_MS = 24 * 3_600_000

/** What recordings are sealed by. */
export function invocationKeys(knex: Knex, now: () => number): TenantKeys {
  return new TenantKeys({
    knex,
    table: 'invocation_keys',
    wrapping: databaseKeys(knex),
    maxAgeMs: KEY_AGE_MS,
    now,
  })
}

function databaseKeys(knex: Knex): WrappingKeys {
  const known = new Map<string, Promise<Buffer>>()
  const byId = (name: string) => {
    const key =
      known.get(name) ??
      sharedSecret(knex, name).then((secret) => wrappingKey(secret, 'signalbox invocation keys'))
    known.set(name, key)
    key.catch(() => known.delete(name))
    return key
  }
  return { newest: async () => ({ id: HOST_KEY, key: await byId(HOST_KEY) }), byId }
}
