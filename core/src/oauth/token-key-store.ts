import type { Knex } from 'knex'
import type { KeyRotation } from './token-key.ts'

export interface SealedTokenKey {
  readonly kid: string
  /** The private half as PKCS #8. */
  readonly sealed: Buffer
  /** The host's key that it is sealed by. */
  readonly hostKey: string
}

interface NewTokenKey extends SealedTokenKey {
  readonly publicJwk: object
  readonly createdAt: number
}

/** Held by one node at a time: two that rotate at once would make two keys. */
const ROTATION_LOCK = 'signalbox token keys'

export async function lockRotation(trx: Knex.Transaction): Promise<void> {
  await trx.raw('select pg_advisory_xact_lock(hashtext(?))', [ROTATION_LOCK])
}

/** The new key, and the end of all that were there; none ends later than it would have. */
export async function insertTokenKey(
  trx: Knex,
  { kid, publicJwk, sealed, hostKey, createdAt }: NewTokenKey,
  { signsFrom, endsAt }: KeyRotation,
): Promise<void> {
  const ends = new Date(endsAt)
  await trx('token_keys').update({ ends_at: trx.raw('least(ends_at, ?::timestamptz)', [ends]) })
  await trx('token_keys').insert({
    kid,
    public_jwk: JSON.stringify(publicJwk),
    sealed,
    host_key: hostKey,
    created_at: new Date(createdAt),
    signs_from: new Date(signsFrom),
  })
}

export async function listTokenKeys(
  knex: Knex,
): Promise<{ kid: string; signsFrom: number; endsAt: number | null }[]> {
  const rows = await knex('token_keys').orderBy('signs_from').select('kid', 'signs_from', 'ends_at')
  return rows.map((row) => ({
    kid: row.kid,
    signsFrom: row.signs_from.getTime(),
    endsAt: row.ends_at?.getTime() ?? null,
  }))
}

export async function findSealedKey(knex: Knex, kid: string): Promise<SealedTokenKey | undefined> {
  return knex('token_keys').where({ kid }).first('kid', 'sealed', { hostKey: 'host_key' })
}

export async function lockSealedNotUnder(
  trx: Knex.Transaction,
  hostKey: string,
): Promise<SealedTokenKey[]> {
  return trx('token_keys')
    .whereNot('host_key', hostKey)
    .forUpdate()
    .select('kid', 'sealed', { hostKey: 'host_key' })
}

export async function setSealed(
  trx: Knex,
  { kid, sealed, hostKey }: SealedTokenKey,
): Promise<void> {
  await trx('token_keys').where({ kid }).update({ sealed, host_key: hostKey })
}

/** What verifies nothing any more. @param now milliseconds since the epoch */
export async function deleteOver(knex: Knex, now: number): Promise<void> {
  await knex('token_keys').where('ends_at', '<=', new Date(now)).delete()
  await knex('revoked_tokens')
    .where('expires_at', '<=', new Date(now - 60_000))
    .delete()
}

/** @returns false where it was taken back before */
export async function insertRevokedToken(
  trx: Knex,
  token: { readonly jti: string; readonly subscription: string; readonly expiresAt: number },
): Promise<boolean> {
  const { jti, subscription, expiresAt } = token
  const rows = await trx('revoked_tokens')
    .insert({ jti, subscription, expires_at: new Date(expiresAt) })
    .onConflict('jti')
    .ignore()
    .returning('jti')
  return rows.length === 1
}
