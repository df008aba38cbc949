import type { DeclaredPlan } from '@signalbox/sdk/plan-terms'
import type { Knex } from 'knex'
import { insertPlan, standardPlan } from './plan-store.ts'

export interface CatalogService {
  readonly id: string
  readonly major: number
  /** Null: the host itself provides it. */
  readonly plugin: string | null
  /** The tenant whose admins decide on subscriptions; null: the operator alone. */
  readonly ownerTenant: string | null
}

/**
 * Registers a service with its standard plan and those that its author declares; a service that is there stays as it is,
 * and each plan that is there too: what the operator made of it is not taken back by an update.
 * @returns who provides it: another than asked for where somebody was first
 */
export async function insertService(
  trx: Knex,
  service: Omit<CatalogService, 'ownerTenant'>,
  declared: readonly DeclaredPlan[] = [],
): Promise<CatalogService['plugin']> {
  await trx('services')
    .insert({ ...service })
    .onConflict(['id', 'major'])
    .ignore()
  const row = await trx('services').where({ id: service.id, major: service.major }).first('plugin')
  // Of a service that is another's, nothing is offered.
  if (row.plugin === service.plugin) {
    for (const { service: _, label: __, ...plan } of declared) await insertPlan(trx, service, plan)
  }
  await insertPlan(trx, service, standardPlan)
  return row.plugin
}

const columns = ['id', 'major', 'plugin', { ownerTenant: 'owner_tenant' }]

export async function findService(
  knex: Knex,
  id: string,
  major: number,
): Promise<CatalogService | undefined> {
  return knex('services').where({ id, major }).first(columns)
}

/** More than a company has; what is beyond it is not found by words, and is there by its id. */
const MAX_SEARCHED = 10_000

/** All that can be searched, by id. */
export async function listServices(knex: Knex): Promise<CatalogService[]> {
  return knex('services').select(columns).orderBy(['id', 'major']).limit(MAX_SEARCHED)
}

export async function listMajors(knex: Knex, id: string): Promise<CatalogService[]> {
  return knex('services').where({ id }).select(columns).orderBy('major').limit(200)
}

/** Held until the transaction ends, for whoever adds to it. @returns false: there is no such service */
export async function shareService(trx: Knex, id: string, major: number): Promise<boolean> {
  const row = await trx('services').where({ id, major }).forKeyShare().first('id')
  return row !== undefined
}

/** @returns false: there is no such service */
export async function setOwner(
  trx: Knex,
  { id, major }: { id: string; major: number },
  tenant: string | null,
): Promise<boolean> {
  return (await trx('services').where({ id, major }).update({ owner_tenant: tenant })) === 1
}
