import type { Knex } from 'knex'
import { dropTicketsOfMoved } from '../sign-in/ticket-store.ts'
import { makeUserId } from '../users/user.ts'
import type { HolderRow, PositionRow, UnitRow, UserRow } from './import-plan.ts'

/** So many rows a statement: some thousand parameters, far from PostgreSQL's 65,535. */
const CHUNK = 500

export interface Counts {
  /** Rows that were new or differ; what is as it was is not written. */
  readonly written: number
  readonly unchanged: number
}

/** Writes rows in chunks. @param write gives back how many of the chunk were new or differed */
async function inChunks<Row>(
  rows: readonly Row[],
  write: (chunk: readonly Row[]) => Promise<number>,
): Promise<Counts> {
  let written = 0
  for (let at = 0; at < rows.length; at += CHUNK) written += await write(rows.slice(at, at + CHUNK))
  return { written, unchanged: rows.length - written }
}

/** @param units parents before children */
export async function writeUnits(
  trx: Knex,
  tenant: string,
  units: readonly UnitRow[],
): Promise<Counts> {
  return inChunks(units, async (chunk) => {
    const rows = await trx('units')
      .insert(chunk.map((unit) => ({ tenant, ...unit })))
      .onConflict(['tenant', 'id'])
      .merge(['name', 'parent'])
      .whereRaw('(units.name, units.parent) is distinct from (excluded.name, excluded.parent)')
      .returning('id')
    return rows.length
  })
}

/** Who is new is invited; what a known one may do and whether he is active stays. */
export async function writeUsers(
  trx: Knex,
  tenant: string,
  users: readonly UserRow[],
): Promise<Counts> {
  return inChunks(users, async (chunk) => {
    await dropTicketsOfMoved(trx, tenant, chunk)
    const rows = await trx('users')
      .insert(
        chunk.map(({ displayName, ...user }) => ({
          tenant,
          id: makeUserId(),
          kind: 'person',
          state: 'invited',
          display_name: displayName,
          ...user,
        })),
      )
      .onConflict(['tenant', 'login'])
      .merge(['email', 'display_name', 'locale', 'unit'])
      .whereRaw(
        `(users.email, users.display_name, users.locale, users.unit) is distinct from
         (excluded.email, excluded.display_name, excluded.locale, excluded.unit)`,
      )
      .returning('id')
    return rows.length
  })
}

export async function writePositions(
  trx: Knex,
  tenant: string,
  positions: readonly PositionRow[],
): Promise<Counts> {
  return inChunks(positions, async (chunk) => {
    const rows = await trx('positions')
      .insert(chunk.map((position) => ({ tenant, ...position })))
      .onConflict(['tenant', 'id'])
      .merge(['name', 'unit', 'roles'])
      .whereRaw(
        '(positions.name, positions.unit, positions.roles) is distinct from (excluded.name, excluded.unit, excluded.roles)',
      )
      .returning('id')
    return rows.length
  })
}

export async function writeHolders(
  trx: Knex,
  tenant: string,
  holders: readonly (HolderRow & { readonly id: string })[],
): Promise<Counts> {
  return inChunks(holders, async (chunk) => {
    const logins = chunk.map(({ login }) => login)
    const users = await trx('users')
      .where({ tenant })
      .whereIn('login', logins)
      .select('id', 'login')
    const userOf = new Map(users.map(({ id, login }) => [login, id]))
    const rows = await trx('position_holders')
      .insert(
        chunk.map(({ id, position, login, validFrom, validTo }) => ({
          tenant,
          id,
          position,
          user_id: userOf.get(login),
          valid_from: validFrom,
          valid_to: validTo,
        })),
      )
      .onConflict(['tenant', 'position', 'user_id', 'valid_from'])
      .merge(['valid_to'])
      .whereRaw('position_holders.valid_to is distinct from excluded.valid_to')
      .returning('id')
    return rows.length
  })
}

/** What files can refer to. */
export async function loadKnown(knex: Knex, tenant: string) {
  const [units, users, positions, roles] = await Promise.all([
    knex('units').where({ tenant }).select('id', 'parent'),
    knex('users').where({ tenant }).select('login', 'kind'),
    knex('positions').where({ tenant }).select('id'),
    knex('roles').where({ tenant }).select('id'),
  ])
  return {
    units: new Map<string, string | null>(units.map(({ id, parent }) => [id, parent])),
    logins: loginsOf(users, 'person'),
    programs: loginsOf(users, 'service'),
    positions: new Set<string>(positions.map(({ id }) => id)),
    roles: new Set<string>(roles.map(({ id }) => id)),
  }
}

function loginsOf(users: readonly { login: string; kind: string }[], kind: string): Set<string> {
  return new Set(users.filter((user) => user.kind === kind).map(({ login }) => login))
}

/** A table as the import takes it, by key. @param limit rows at most */
export async function exportRows(
  knex: Knex,
  tenant: string,
  table: 'units' | 'users' | 'positions' | 'holders',
  limit: number,
): Promise<readonly Readonly<Record<string, string | null>>[]> {
  switch (table) {
    case 'units':
      return knex('units')
        .where({ tenant })
        .orderBy('id')
        .limit(limit)
        .select('id', 'name', 'parent')
    case 'users':
      return knex('users')
        .where({ tenant, kind: 'person' })
        .orderBy('login')
        .limit(limit)
        .select('login', 'email', 'display_name', 'locale', 'unit')
    case 'positions':
      return knex('positions')
        .where({ tenant })
        .orderBy('id')
        .limit(limit)
        .select('id', 'name', 'unit', knex.raw("array_to_string(roles, ' ') as roles"))
    case 'holders': {
      const rows = await knex('position_holders as h')
        .join('users as u', { 'u.tenant': 'h.tenant', 'u.id': 'h.user_id' })
        .where({ 'h.tenant': tenant })
        .orderBy(['h.position', 'h.valid_from', 'u.login'])
        .limit(limit)
        .select('h.position', 'u.login', 'h.valid_from', 'h.valid_to')
      return rows.map(({ position, login, valid_from, valid_to }) => ({
        position,
        login,
        valid_from: valid_from.toISOString(),
        valid_to: valid_to?.toISOString() ?? null,
      }))
    }
  }
}
