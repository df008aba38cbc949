import type { Knex } from 'knex'

/** How long the entries of a chain are kept. */
export interface RetentionPolicy {
  readonly chain: string
  readonly keepDays: number
}

export async function findPolicy(knex: Knex, chain: string): Promise<RetentionPolicy | undefined> {
  const row = await knex('audit_policies').where({ chain }).first()
  return row === undefined ? undefined : { chain, keepDays: row.keep_days }
}

/** Chains with a policy, some at a time in the order of their names. */
export async function listPolicies(
  knex: Knex,
  after: string,
  limit: number,
): Promise<RetentionPolicy[]> {
  const rows = await knex('audit_policies').where('chain', '>', after).orderBy('chain').limit(limit)
  return rows.map((row) => ({ chain: row.chain, keepDays: row.keep_days }))
}

/** @param keepDays null: all entries are kept */
export async function setPolicy(
  trx: Knex.Transaction,
  chain: string,
  keepDays: number | null,
): Promise<void> {
  if (keepDays === null) await trx('audit_policies').where({ chain }).delete()
  else {
    await trx('audit_policies')
      .insert({ chain, keep_days: keepDays })
      .onConflict('chain')
      .merge(['keep_days'])
  }
}

/** The tombstone first: below it, and only there, the database lets entries go. */
export async function removeBelow(
  trx: Knex.Transaction,
  { chain, number, jws }: { chain: string; number: number; jws: string },
): Promise<void> {
  await trx('audit_tombstones')
    .insert({ chain, number, jws })
    .onConflict('chain')
    .merge(['number', 'jws'])
  await trx.raw(
    `delete from audit_entries e using audit_seals s
      where s.entry = e.id and s.chain = ? and s.number <= ?`,
    [chain, number],
  )
  await trx('audit_seals').where({ chain }).where('number', '<=', number).delete()
  await trx('audit_checkpoints').where({ chain }).where('number', '<=', number).delete()
}
