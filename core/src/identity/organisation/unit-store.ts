import type { Knex } from 'knex'
import type { Unit } from '../identity-store.ts'
import type { Parents } from './unit-tree.ts'

/**
 * Of moves at once each sees what the other has done: until the transaction ends, no other changes the tenant's tree. Imports
 * hold it, so whoever removes what a line may name does, too.
 */
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

/** What stands in a unit itself, by kind. */
export interface UnitContents {
  readonly units: number
  readonly users: number
  readonly positions: number
  readonly assignments: number
  readonly apps: number
}

/** Whoever puts something into it meanwhile is waited for, or finds it gone. */
export async function lockUnit(trx: Knex, tenant: string, id: string): Promise<Unit | undefined> {
  return trx('units').where({ tenant, id }).forUpdate().first('tenant', 'id', 'name', 'parent')
}

export async function contentsOfUnit(
  trx: Knex,
  tenant: string,
  unit: string,
): Promise<UnitContents> {
  const { rows } = await trx.raw<{ rows: [UnitContents] }>(
    `select (select count(*)::int from units where tenant = :tenant and parent = :unit) as units,
            (select count(*)::int from users where tenant = :tenant and unit = :unit) as users,
            (select count(*)::int from positions where tenant = :tenant and unit = :unit) as positions,
            (select count(*)::int from role_assignments where tenant = :tenant and unit = :unit) as assignments,
            (select count(*)::int from apps where tenant = :tenant and unit = :unit) as apps`,
    { tenant, unit },
  )
  return rows[0]
}

export async function deleteUnit(trx: Knex, tenant: string, id: string): Promise<void> {
  await trx('units').where({ tenant, id }).delete()
}
