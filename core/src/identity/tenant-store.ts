import type { Knex } from 'knex'

export interface TenantSettings {
  readonly id: string
  readonly name: string
  /** An IANA name; null: that of whoever looks. */
  readonly timeZone: string | null
}

const columns = ['id', 'name', { timeZone: 'time_zone' }]

export async function findTenant(knex: Knex, id: string): Promise<TenantSettings | undefined> {
  return knex('tenants').where({ id }).first(columns)
}

/** Locked until the transaction ends; what refers to it may be written meanwhile. */
export async function lockTenant(
  trx: Knex.Transaction,
  id: string,
): Promise<TenantSettings | undefined> {
  return trx('tenants').where({ id }).forNoKeyUpdate().first(columns)
}

export async function updateTenant(
  trx: Knex,
  { id, name, timeZone }: TenantSettings,
): Promise<void> {
  await trx('tenants').where({ id }).update({ name, time_zone: timeZone })
}
