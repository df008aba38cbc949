import type { Knex } from 'knex'

interface Owner {
  readonly tenant: string
  readonly user: string
}

export interface Passkey {
  readonly id: string
  readonly name: string
  /** Copied between the user's devices by whoever made it; else lost with its device. */
  readonly isBackedUp: boolean
  readonly createdAt: string
  readonly lastUsedAt: string | null
}

export interface StoredPasskey extends Owner {
  readonly id: string
  readonly credential: string
  readonly publicKey: Uint8Array<ArrayBuffer>
  readonly transports: readonly string[]
}

export interface NewPasskey extends StoredPasskey {
  readonly name: string
  readonly counter: number
  readonly isBackedUp: boolean
  readonly aaguid: string
}

/** Newest first; there are as many as `MAX_PASSKEYS`. */
export async function listPasskeys(knex: Knex, { tenant, user }: Owner): Promise<Passkey[]> {
  const rows = await knex('passkeys')
    .where({ tenant, user_id: user })
    .orderBy('created_at', 'desc')
    .orderBy('id')
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    isBackedUp: row.is_backed_up,
    createdAt: row.created_at.toISOString(),
    lastUsedAt: row.last_used_at?.toISOString() ?? null,
  }))
}

/** What a browser is told of those that are there, so that none is made twice. */
export async function credentialsOf(
  knex: Knex,
  { tenant, user }: Owner,
): Promise<{ readonly id: string; readonly transports: string[] }[]> {
  const rows = await knex('passkeys').where({ tenant, user_id: user }).orderBy('id')
  return rows.map(({ credential, transports }) => ({
    id: credential.toString('base64url'),
    transports,
  }))
}

/** @param credential base64url */
export async function findPasskey(
  knex: Knex,
  credential: string,
): Promise<StoredPasskey | undefined> {
  const bytes = Buffer.from(credential, 'base64url')
  const row = await knex('passkeys').where({ credential: bytes }).first()
  if (row === undefined) return undefined
  const { id, tenant, user_id: user, public_key: key, transports } = row
  return { id, tenant, user, credential, publicKey: new Uint8Array(key), transports }
}

/** @returns false where the credential is somebody's already */
export async function insertPasskey(trx: Knex, made: NewPasskey): Promise<boolean> {
  const rows = await trx('passkeys')
    .insert({
      id: made.id,
      tenant: made.tenant,
      user_id: made.user,
      name: made.name,
      credential: Buffer.from(made.credential, 'base64url'),
      public_key: Buffer.from(made.publicKey),
      counter: made.counter,
      transports: made.transports,
      is_backed_up: made.isBackedUp,
      aaguid: made.aaguid,
    })
    .onConflict('credential')
    .ignore()
    .returning('id')
  return rows.length === 1
}

/**
 * Its counter goes forward, or it has none (WebAuthn Level 3 §6.1.1): of two at once with one count the second is refused.
 * @returns false where it went back
 */
export async function countUse(
  knex: Knex,
  id: string,
  { counter, isBackedUp }: { readonly counter: number; readonly isBackedUp: boolean },
): Promise<boolean> {
  const changed = await knex('passkeys')
    .where({ id })
    .whereRaw('(counter < :counter or (counter = 0 and :counter = 0))', { counter })
    .update({ counter, is_backed_up: isBackedUp, last_used_at: knex.fn.now() })
  return changed === 1
}

/** @returns false where he has none of that id */
export async function renamePasskey(
  trx: Knex,
  { tenant, user }: Owner,
  id: string,
  name: string,
): Promise<boolean> {
  return (await trx('passkeys').where({ tenant, user_id: user, id }).update({ name })) === 1
}

/** @returns false where he has none of that id */
export async function deletePasskey(
  trx: Knex,
  { tenant, user }: Owner,
  id: string,
): Promise<boolean> {
  return (await trx('passkeys').where({ tenant, user_id: user, id }).delete()) === 1
}

/** @returns how many */
export async function deletePasskeys(trx: Knex, { tenant, user }: Owner): Promise<number> {
  return trx('passkeys').where({ tenant, user_id: user }).delete()
}
