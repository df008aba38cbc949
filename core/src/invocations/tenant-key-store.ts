import type { Knex } from 'knex'

export interface StoredDataKey {
  readonly id: string
  readonly tenant: string
  readonly wrapped: Buffer
  readonly hostKey: string
  /** Milliseconds since the epoch. */
  readonly madeAt: number
}

export async function insertDataKey(knex: Knex, key: StoredDataKey): Promise<void> {
  await knex('invocation_keys').insert({
    id: key.id,
    tenant: key.tenant,
    wrapped: key.wrapped,
    host_key: key.hostKey,
    created_at: new Date(key.madeAt),
  })
}

export async function findNewestDataKey(
  knex: Knex,
  tenant: string,
): Promise<StoredDataKey | undefined> {
  const row = await knex('invocation_keys').where({ tenant }).orderBy('created_at', 'desc').first()
  return row === undefined ? undefined : keyOf(row)
}

export async function findDataKey(
  knex: Knex,
  tenant: string,
  id: string,
): Promise<StoredDataKey | undefined> {
  const row = await knex('invocation_keys').where({ tenant, id }).first()
  return row === undefined ? undefined : keyOf(row)
}

/** Keys that nothing is sealed by any more, and that are too old to be used again. */
export async function deleteSpentKeys(knex: Knex, madeBefore: Date): Promise<number> {
  return knex('invocation_keys')
    .where('created_at', '<', madeBefore)
    .whereNotExists(
      knex('invocations').select(knex.raw('1')).whereRaw('invocations.key = invocation_keys.id'),
    )
    .delete()
}

function keyOf(row: {
  id: string
  tenant: string
  wrapped: Buffer
  host_key: string
  created_at: Date
}): StoredDataKey {
  return {
    id: row.id,
    tenant: row.tenant,
    wrapped: row.wrapped,
    hostKey: row.host_key,
    madeAt: row.created_at.getTime(),
  }
}
