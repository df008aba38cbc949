import type { Knex } from 'knex'
import type { Page } from '../roles/role-store.ts'

/** A post in a unit, whoever holds it; its roles reach the unit and all below it. */
export interface Position {
  readonly tenant: string
  readonly id: string
  readonly name: string
  readonly unit: string
  readonly roles: readonly string[]
}

export interface Holder {
  readonly tenant: string
  readonly id: string
  readonly position: string
  readonly user: string
  /** ISO 8601; half open. */
  readonly validFrom: string
  readonly validTo: string | null
}

export async function findPosition(
  knex: Knex,
  tenant: string,
  id: string,
): Promise<Position | undefined> {
  const row = await knex('positions').where({ tenant, id }).first()
  return row === undefined ? undefined : positionOf(row)
}

/** Until the transaction ends it is not removed, and with `forUpdate` nobody is given it either. */
export async function lockPosition(
  trx: Knex,
  tenant: string,
  id: string,
  lock: 'forKeyShare' | 'forUpdate',
): Promise<Position | undefined> {
  const row = await trx('positions').where({ tenant, id })[lock]().first()
  return row === undefined ? undefined : positionOf(row)
}

export async function listPositions(
  knex: Knex,
  tenant: string,
  unit: string | undefined,
  page: Page,
): Promise<Position[]> {
  const query = knex('positions').where({ tenant }).orderBy('id').limit(page.limit)
  if (page.cursor !== undefined) query.where('id', '>', page.cursor)
  if (unit !== undefined) query.where({ unit })
  return (await query).map(positionOf)
}

function positionOf({ tenant, id, name, unit, roles }: Position): Position {
  return { tenant, id, name, unit, roles }
}

export async function putPosition(trx: Knex, position: Position): Promise<void> {
  await trx('positions')
    .insert({ ...position })
    .onConflict(['tenant', 'id'])
    .merge(['name', 'unit', 'roles'])
}

/** The same user from the same day on is the same row: only its end is new. */
export async function putHolder(trx: Knex, holder: Holder): Promise<Holder> {
  const [row] = await trx('position_holders')
    .insert({
      tenant: holder.tenant,
      id: holder.id,
      position: holder.position,
      user_id: holder.user,
      valid_from: holder.validFrom,
      valid_to: holder.validTo,
    })
    .onConflict(['tenant', 'position', 'user_id', 'valid_from'])
    .merge(['valid_to'])
    .returning('*')
  return holderOf(row)
}

export async function findHolder(
  knex: Knex,
  tenant: string,
  position: string,
  id: string,
): Promise<Holder | undefined> {
  const row = await knex('position_holders').where({ tenant, position, id }).first()
  return row === undefined ? undefined : holderOf(row)
}

export async function listHolders(
  knex: Knex,
  tenant: string,
  position: string,
  page: Page,
): Promise<Holder[]> {
  const query = knex('position_holders').where({ tenant, position }).orderBy('id').limit(page.limit)
  if (page.cursor !== undefined) query.where('id', '>', page.cursor)
  return (await query).map(holderOf)
}

/** All who hold it now or later. */
export async function usersHolding(
  knex: Knex,
  tenant: string,
  positions: readonly string[],
): Promise<string[]> {
  const rows = await knex('position_holders')
    .where({ tenant })
    .whereRaw('position = any(?)', [[...positions]])
    .whereRaw('(valid_to is null or valid_to > now())')
    .distinct('user_id')
  return rows.map((row) => row.user_id)
}

/** With whoever held it once. */
export async function deletePosition(trx: Knex, tenant: string, id: string): Promise<void> {
  await trx('position_holders').where({ tenant, position: id }).delete()
  await trx('positions').where({ tenant, id }).delete()
}

export async function deleteHolder(trx: Knex, tenant: string, id: string): Promise<void> {
  await trx('position_holders').where({ tenant, id }).delete()
}

function holderOf(row: {
  tenant: string
  id: string
  position: string
  user_id: string
  valid_from: Date
  valid_to: Date | null
}): Holder {
  return {
    tenant: row.tenant,
    id: row.id,
    position: row.position,
    user: row.user_id,
    validFrom: row.valid_from.toISOString(),
    validTo: row.valid_to?.toISOString() ?? null,
  }
}
