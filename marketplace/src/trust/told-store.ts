import { indexedStates } from '@signalbox/sdk/trust/package-index'
import type { Knex } from 'knex'
import { keyRevokedAt } from './revoked-author-key-store.ts'

/** Reads what this marketplace tells others of its own packages: what it mirrors itself is for its origin to tell. */

export interface ToldVersion {
  readonly version: string
  readonly integrity: string
  readonly state: (typeof indexedStates)[number]
  readonly reason: string | null
  readonly publishedAt: Date
  /** Since when its author's key counts for nothing; null: it is good for this version. */
  readonly keyRevokedAt: Date | null
}

/** All that was ever shown of a package, oldest first. */
export async function listTold(knex: Knex, name: string): Promise<readonly ToldVersion[]> {
  const reason = knex.raw(`case state when 'deprecated' then deprecation else state_reason end`)
  return knex('package_versions')
    .where({ name })
    .whereNull('mirrored_from')
    .whereIn('state', [...indexedStates])
    .orderBy(['published_at', 'version'])
    .select('version', 'integrity', 'state', {
      reason,
      publishedAt: 'published_at',
      keyRevokedAt: keyRevokedAt(knex),
    })
}
