import type { Knex } from 'knex'

/** The only place with SQL for publisher_logins: logins by browser that are under way. */

export interface NewLogin {
  readonly codeHash: Buffer
  readonly doneHash: Buffer
  readonly address: string
  /** What the client said it is. */
  readonly client: string
  readonly createdAt: Date
  readonly expiresAt: Date
}

export interface OpenLogin {
  readonly address: string
  readonly client: string
  readonly createdAt: Date
  readonly failures: number
}

/** Those of one address, and those of all, that are not over. */
export async function countOpen(
  trx: Knex.Transaction,
  address: string,
  at: Date,
): Promise<{ own: number; all: number }> {
  // Who counts waits for who counts: many at once would otherwise all find room.
  await trx.raw(`select pg_advisory_xact_lock(hashtext('publisher_logins'))`)
  await trx('publisher_logins').where('expires_at', '<=', at).delete()
  const row = await trx('publisher_logins').first<{ own: string; all: string }>(
    trx.raw('count(*) as all'),
    trx.raw('count(*) filter (where address = ?) as own', [address]),
  )
  return { own: Number(row.own), all: Number(row.all) }
}

export async function insertLogin(trx: Knex.Transaction, login: NewLogin): Promise<void> {
  await trx('publisher_logins').insert({
    code_hash: login.codeHash,
    done_hash: login.doneHash,
    address: login.address,
    client: login.client,
    created_at: login.createdAt,
    expires_at: login.expiresAt,
  })
}

/** One that waits for somebody to confirm it. */
export async function findOpen(
  knex: Knex,
  codeHash: Buffer,
  at: Date,
): Promise<OpenLogin | undefined> {
  return knex('publisher_logins')
    .where({ code_hash: codeHash })
    .whereNull('publisher')
    .where('expires_at', '>', at)
    .first<OpenLogin | undefined>('address', 'client', 'failures', { createdAt: 'created_at' })
}

/** @returns false when it is not open any more: of two who confirm, one does. */
export async function confirm(
  knex: Knex,
  given: { codeHash: Buffer; publisher: string; at: Date },
): Promise<boolean> {
  const confirmed = await knex('publisher_logins')
    .where({ code_hash: given.codeHash })
    .whereNull('publisher')
    .where('expires_at', '>', given.at)
    .update({ publisher: given.publisher })
  return confirmed === 1
}

/** Counts a wrong password; the last of `most` ends the login. */
export async function noteFailure(knex: Knex, codeHash: Buffer, most: number): Promise<void> {
  await knex.transaction(async (trx) => {
    await trx('publisher_logins').where({ code_hash: codeHash }).increment('failures')
    await trx('publisher_logins')
      .where({ code_hash: codeHash })
      .where('failures', '>=', most)
      .delete()
  })
}

/** Takes a confirmed login away: of two who fetch its token, one gets it. */
export async function takeConfirmed(
  trx: Knex.Transaction,
  doneHash: Buffer,
  at: Date,
): Promise<string | undefined> {
  const [taken] = await trx('publisher_logins')
    .where({ done_hash: doneHash })
    .whereNotNull('publisher')
    .where('expires_at', '>', at)
    .delete()
    .returning<{ publisher: string }[]>('publisher')
  return taken?.publisher
}

export async function isWaiting(knex: Knex, doneHash: Buffer, at: Date): Promise<boolean> {
  const row = await knex('publisher_logins')
    .where({ done_hash: doneHash })
    .where('expires_at', '>', at)
    .first('address')
  return row !== undefined
}
