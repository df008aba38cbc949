import type { Knex } from 'knex'

/** Each kind of sealed thing has keys of its own: they end at different times. */
export type KeyTable = 'invocation_keys' | 'secret_keys'

export interface StoredDataKey {
  readonly id: string
  readonly tenant: string
  readonly wrapped: Buffer
  readonly hostKey: string
  /** Milliseconds since the epoch. */
  readonly madeAt: number
}

export async function insertDataKey(
  knex: Knex,
  table: KeyTable,
  key: StoredDataKey,
): Promise<void> {
  await knex(table).insert({
    id: key.id,
    tenant: key.tenant,
    wrapped: key.wrapped,
    host_key: key.hostKey,
    created_at: new Date(key.madeAt),
  })
}

export async function findNewestDataKey(
  knex: Knex,
  table: KeyTable,
  tenant: string,
): Promise<StoredDataKey | undefined> {
  const row = await knex(table).where({ tenant }).orderBy('created_at', 'desc').first()
  return row === undefined ? undefined : keyOf(row)
}

export async function findDataKey(
  knex: Knex,
  table: KeyTable,
  tenant: string,
  id: string,
): Promise<StoredDataKey | undefined> {
  const row = await knex(table).where({ tenant, id }).first()
  return row === undefined ? undefined : keyOf(row)
}

/** Keys wrapped by another key of the host, locked until the transaction ends. */
export async function lockKeysNotUnder(
  trx: Knex.Transaction,
  table: KeyTable,
  hostKey: string,
  limit: number,
): Promise<StoredDataKey[]> {
  const rows = await trx(table).whereNot('host_key', hostKey).orderBy('id').limit(limit).forUpdate()
  return rows.map(keyOf)
}

export async function setWrapped(
  trx: Knex.Transaction,
  table: KeyTable,
  { id, wrapped, hostKey }: Pick<StoredDataKey, 'id' | 'wrapped' | 'hostKey'>,
): Promise<void> {
  await trx(table).where({ id }).update({ wrapped, host_key: hostKey })
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
