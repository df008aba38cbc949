import type { Knex } from 'knex'
import type { Unit } from '../identity-store.ts'
import type { Parents } from './unit-tree.ts'

/** Of moves at once each sees what the other has done: until the transaction ends, no other changes the tenant's tree. */
export async function lockTree(trx: Knex, tenant: string): Promise<void> {
  await trx.raw("select pg_advisory_xact_lock(hashtextextended('units ' || ?, 0))", [tenant])
}

export async function loadParents(knex: Knex, tenant: string): Promise<Parents> {
  const rows = await knex('units').where({ tenant }).select('id', 'parent')
  return new Map(rows.map(({ id, parent }) => [id, parent]))
}

export async function findUnit(knex: Knex, tenant: string, id: string): Promise<Unit | undefined> {
  return knex('units').where({ tenant, id }).first('tenant', 'id', 'name', 'parent')
}

export async function updateUnit(trx: Knex, { tenant, id, name, parent }: Unit): Promise<void> {
  await trx('units').where({ tenant, id }).update({ name, parent })
}
