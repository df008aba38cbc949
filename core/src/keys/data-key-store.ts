import type { Knex } from 'knex'

export interface WrappedDataKey {
  readonly tenant: string
  readonly wrapped: Buffer
  readonly hostKey: string
}

/** @returns the tenant's data key: the one that is there, or else this one, kept from now on */
export async function keepDataKey(knex: Knex, fresh: WrappedDataKey): Promise<WrappedDataKey> {
  const { tenant, wrapped, hostKey } = fresh
  const known = await findDataKey(knex, tenant)
  if (known !== undefined) return known
  await knex('signing_data_keys')
    .insert({ tenant, wrapped, host_key: hostKey })
    .onConflict('tenant')
    .ignore()
  // Another node may have been first.
  return (await findDataKey(knex, tenant)) as WrappedDataKey
}

async function findDataKey(knex: Knex, tenant: string): Promise<WrappedDataKey | undefined> {
  const row = await knex('signing_data_keys').where({ tenant }).first()
  return row === undefined
    ? undefined
    : { tenant: row.tenant, wrapped: row.wrapped, hostKey: row.host_key }
}
