import type { Knex } from 'knex'

interface Owner {
  readonly tenant: string
  readonly user: string
}

/** @returns a PHC string */
export async function passwordHashOf(
  knex: Knex,
  { tenant, user }: Owner,
): Promise<string | undefined> {
  return (await knex('user_passwords').where({ tenant, user_id: user }).first('hash'))?.hash
}

export async function putPasswordHash(
  trx: Knex,
  { tenant, user }: Owner,
  hash: string,
): Promise<void> {
  await trx('user_passwords')
    .insert({ tenant, user_id: user, hash, changed_at: trx.fn.now() })
    .onConflict(['tenant', 'user_id'])
    .merge()
}

/** The same password under stronger parameters, unless it is another by now. */
export async function strengthenHash(
  knex: Knex,
  { tenant, user }: Owner,
  before: string,
  hash: string,
): Promise<void> {
  await knex('user_passwords').where({ tenant, user_id: user, hash: before }).update({ hash })
}

export interface StoredTotp {
  readonly dataKey: string
  readonly sealed: Buffer
  readonly isConfirmed: boolean
  readonly lastStep: number
}

export async function findTotp(
  knex: Knex,
  { tenant, user }: Owner,
): Promise<StoredTotp | undefined> {
  const row = await knex('user_totp').where({ tenant, user_id: user }).first()
  if (row === undefined) return undefined
  return {
    dataKey: row.data_key,
    sealed: row.sealed,
    isConfirmed: row.confirmed_at !== null,
    lastStep: Number(row.last_step),
  }
}

/** One that waits for its first code takes the place of another that does. @returns false where one is in force */
export async function putTotp(
  trx: Knex,
  { tenant, user }: Owner,
  { dataKey, sealed }: { readonly dataKey: string; readonly sealed: Buffer },
): Promise<boolean> {
  const { rows } = await trx.raw(
    `insert into user_totp (tenant, user_id, data_key, sealed) values (:tenant, :user, :dataKey, :sealed)
     on conflict (tenant, user_id) do update set data_key = excluded.data_key, sealed = excluded.sealed, last_step = 0
     where user_totp.confirmed_at is null returning tenant`,
    { tenant, user, dataKey, sealed },
  )
  return rows.length === 1
}

/** @returns false where a code of that step or a later one was taken meanwhile */
export async function takeStep(trx: Knex, { tenant, user }: Owner, step: number): Promise<boolean> {
  const changed = await trx('user_totp')
    .where({ tenant, user_id: user })
    .where('last_step', '<', step)
    .update({ last_step: step })
  return changed === 1
}

export async function confirmTotp(trx: Knex, { tenant, user }: Owner): Promise<void> {
  await trx('user_totp').where({ tenant, user_id: user }).update({ confirmed_at: trx.fn.now() })
}

/** With its recovery codes. @returns false where there was none */
export async function deleteTotp(trx: Knex, { tenant, user }: Owner): Promise<boolean> {
  await trx('recovery_codes').where({ tenant, user_id: user }).delete()
  return (await trx('user_totp').where({ tenant, user_id: user }).delete()) > 0
}

export async function replaceRecoveryCodes(
  trx: Knex,
  { tenant, user }: Owner,
  hashes: readonly Buffer[],
): Promise<void> {
  await trx('recovery_codes').where({ tenant, user_id: user }).delete()
  await trx('recovery_codes').insert(hashes.map((hash) => ({ tenant, user_id: user, hash })))
}

/** Once: of two at once one gets it. */
export async function takeRecoveryCode(
  trx: Knex,
  { tenant, user }: Owner,
  hash: Buffer,
): Promise<boolean> {
  const changed = await trx('recovery_codes')
    .where({ tenant, user_id: user, hash })
    .whereNull('used_at')
    .update({ used_at: trx.fn.now() })
  return changed === 1
}

export async function countRecoveryCodes(knex: Knex, { tenant, user }: Owner): Promise<number> {
  const row = await knex('recovery_codes')
    .where({ tenant, user_id: user })
    .whereNull('used_at')
    .count('* as n')
    .first()
  return Number(row?.n)
}
