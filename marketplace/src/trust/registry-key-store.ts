import type { Knex } from 'knex'

/** The only place with SQL for marketplace_signing_keys. */

export interface StoredRegistryKey {
  readonly keyid: string
  /** SubjectPublicKeyInfo, DER, base64. */
  readonly publicKey: string
  readonly sealed: Buffer
  readonly hostKey: string
  readonly endorsement: string | null
  readonly signsOlder: boolean
  readonly madeAt: Date
  readonly retiredAt: Date | null
  readonly revokedAt: Date | null
}

/** A key a month for four years; npm's clients read all of them. */
export const MAX_REGISTRY_KEYS = 50

const columns = {
  keyid: 'keyid',
  publicKey: 'public_key',
  sealed: 'sealed',
  hostKey: 'host_key',
  endorsement: 'endorsement',
  signsOlder: 'signs_older',
  madeAt: 'made_at',
  retiredAt: 'retired_at',
  revokedAt: 'revoked_at',
}

/** Newest first. */
export async function listRegistryKeys(knex: Knex): Promise<readonly StoredRegistryKey[]> {
  return knex('marketplace_signing_keys')
    .orderBy('made_at', 'desc')
    .orderBy('keyid')
    .limit(MAX_REGISTRY_KEYS)
    .select(columns)
}

/** Nodes that start together make one key, and rotate once. */
export async function lockRegistryKeys(trx: Knex.Transaction): Promise<void> {
  await trx.raw('select pg_advisory_xact_lock(hashtext(?))', ['signalbox registry keys'])
}

export async function insertRegistryKey(
  trx: Knex.Transaction,
  key: Omit<StoredRegistryKey, 'retiredAt' | 'revokedAt'>,
): Promise<void> {
  await trx('marketplace_signing_keys').insert({
    keyid: key.keyid,
    public_key: key.publicKey,
    sealed: key.sealed,
    host_key: key.hostKey,
    endorsement: key.endorsement,
    signs_older: key.signsOlder,
    made_at: key.madeAt,
  })
}

/** @param revoked what they signed is not believed any more */
export async function retireRegistryKeys(
  trx: Knex.Transaction,
  at: Date,
  revoked: boolean,
): Promise<void> {
  await trx('marketplace_signing_keys').whereNull('retired_at').update({ retired_at: at })
  if (!revoked) return
  await trx('marketplace_signing_keys').whereNull('revoked_at').update({ revoked_at: at })
}

export async function setSealedRegistryKey(
  trx: Knex.Transaction,
  key: Pick<StoredRegistryKey, 'keyid' | 'sealed' | 'hostKey' | 'signsOlder'>,
): Promise<void> {
  await trx('marketplace_signing_keys')
    .where({ keyid: key.keyid })
    .update({ sealed: key.sealed, host_key: key.hostKey, signs_older: key.signsOlder })
}
