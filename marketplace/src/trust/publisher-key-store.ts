import type { KeyStatement } from '@signalbox/sdk/trust/key-statement'
import type { Knex } from 'knex'

/** The only place with SQL for publisher_keys, and for which publishers must sign. */

/** A key a month for four years: they are all tried at each publish of a signed package. */
export const MAX_PUBLISHER_KEYS = 50

export interface PublisherKey extends KeyStatement {
  readonly publisher: string
  readonly revokeReason: string | null
}

const columns = [
  'publisher',
  'keyid',
  'public_key',
  'not_before',
  'not_after',
  'revoked_at',
  'revoke_reason',
]

/** Of any of these publishers, revoked ones too. */
export async function listPublisherKeys(
  knex: Knex,
  publishers: readonly string[],
  limit: number,
): Promise<readonly PublisherKey[]> {
  const rows = await knex('publisher_keys')
    .whereIn('publisher', [...publishers])
    .orderBy('not_before', 'desc')
    .orderBy('keyid')
    .limit(limit)
    .select(columns)
  return rows.map(keyOf)
}

/** The key of an id, whoever has registered it: the id is made of the key. */
export async function findPublicKey(knex: Knex, keyid: string): Promise<string | undefined> {
  const row = await knex('publisher_keys').where({ keyid }).first('public_key')
  return row?.public_key
}

/** A revocation waits for the publishes that rely on the key, and they for it. */
export async function holdPublisherKey(
  trx: Knex.Transaction,
  publishers: readonly string[],
  keyid: string,
): Promise<PublisherKey | undefined> {
  const row = await trx('publisher_keys')
    .whereIn('publisher', [...publishers])
    .where({ keyid })
    .orderByRaw('revoked_at is not null, publisher')
    .forShare()
    .first(columns)
  return row === undefined ? undefined : keyOf(row)
}

/** @returns false where the publisher has had this key before */
export async function insertPublisherKey(
  trx: Knex.Transaction,
  key: Omit<PublisherKey, 'revokedAt' | 'revokeReason'>,
  registeredBy: string,
): Promise<boolean> {
  const inserted = await trx('publisher_keys')
    .insert({
      publisher: key.publisher,
      keyid: key.keyid,
      public_key: key.publicKey,
      not_before: new Date(key.notBefore),
      not_after: key.notAfter === null ? null : new Date(key.notAfter),
      registered_by: registeredBy,
    })
    .onConflict(['publisher', 'keyid'])
    .ignore()
    .returning('keyid')
  return inserted.length === 1
}

/** @returns false where there is no such key; an earlier revocation stays as it is unless this one is dated before it */
export async function revokePublisherKey(
  trx: Knex.Transaction,
  { publisher, keyid }: { readonly publisher: string; readonly keyid: string },
  at: Date,
  reason: string | null,
): Promise<boolean> {
  const changed = await trx('publisher_keys')
    .where({ publisher, keyid })
    .update({
      revoked_at: trx.raw('least(revoked_at, ?::timestamptz)', [at]),
      revoke_reason: trx.raw('coalesce(revoke_reason, ?::text)', [reason]),
    })
  return changed === 1
}

export async function mustSign(knex: Knex, publisher: string): Promise<boolean> {
  const row = await knex('publishers').where({ name: publisher }).first('requires_signature')
  return row?.requires_signature === true
}

/** @returns false where there is no such publisher */
export async function setMustSign(
  trx: Knex.Transaction,
  publisher: string,
  value: boolean,
): Promise<boolean> {
  const changed = await trx('publishers')
    .where({ name: publisher })
    .update({ requires_signature: value })
  return changed === 1
}

function keyOf(row: Record<string, unknown>): PublisherKey {
  const time = (value: unknown) => (value instanceof Date ? value.getTime() : null)
  return {
    publisher: row['publisher'] as string,
    keyid: row['keyid'] as string,
    publicKey: row['public_key'] as string,
    notBefore: time(row['not_before']) ?? 0,
    notAfter: time(row['not_after']),
    revokedAt: time(row['revoked_at']),
    revokeReason: row['revoke_reason'] as string | null,
  }
}
