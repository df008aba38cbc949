import type { JWK } from 'jose'
import type { Knex } from 'knex'

/** A key that the host signs by: its private half sealed under a key of the host. */
export interface StoredSigningKey {
  /** Thumbprint of the public half (RFC 7638). */
  readonly id: string
  readonly publicKey: JWK
  readonly sealed: Buffer
  readonly hostKey: string
}

/** Any number, as long as every host takes the same. */
const MAKING_LOCK = 4451

/** Newest first. */
export async function listSigningKeys(knex: Knex): Promise<StoredSigningKey[]> {
  const rows = await knex('host_signing_keys').orderBy('made_at', 'desc').orderBy('id').limit(100)
  return rows.map((row) => ({
    id: row.id,
    publicKey: row.public_key,
    sealed: row.sealed,
    hostKey: row.host_key,
  }))
}

/** Nodes that start together make one key, not one each. */
export async function lockSigningKeys(trx: Knex.Transaction): Promise<void> {
  await trx.raw('select pg_advisory_xact_lock(?)', [MAKING_LOCK])
}

export async function insertSigningKey(trx: Knex, key: StoredSigningKey): Promise<void> {
  await trx('host_signing_keys').insert({
    id: key.id,
    public_key: JSON.stringify(key.publicKey),
    sealed: key.sealed,
    host_key: key.hostKey,
  })
}

export async function setSealedSigningKey(
  trx: Knex,
  { id, sealed, hostKey }: Pick<StoredSigningKey, 'id' | 'sealed' | 'hostKey'>,
): Promise<void> {
  await trx('host_signing_keys').where({ id }).update({ sealed, host_key: hostKey })
}
