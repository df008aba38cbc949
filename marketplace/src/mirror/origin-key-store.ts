import type { Knex } from 'knex'

/** Reads the keys that the operator confirmed of other marketplaces; the host's federation writes them. */

/** Of 50 marketplaces, each with the keys of some years. */
const MAX_KEYS = 500

export async function listOriginKeys(
  knex: Knex,
): Promise<readonly { readonly keyid: string; readonly publicKey: string }[]> {
  return knex('marketplace_keys')
    .where({ is_pinned: true })
    .whereNotNull('public_key')
    .orderBy('keyid')
    .limit(MAX_KEYS)
    .distinct('keyid', { publicKey: 'public_key' })
}
