import type { Knex } from 'knex'
import type { User, UserChange } from './user.ts'
import type { UserState } from './user-states.ts'

interface Row {
  readonly tenant: string
  readonly id: string
  readonly kind: User['kind']
  readonly login: string
  readonly email: string | null
  readonly display_name: string
  readonly locale: string
  readonly unit: string | null
  readonly state: UserState
}

/** @returns false where the tenant has a user of that login. */
export async function insertUser(trx: Knex, user: User): Promise<boolean> {
  const { displayName, ...rest } = user
  const rows = await trx('users')
    .insert({ ...rest, display_name: displayName })
    .onConflict(['tenant', 'login'])
    .ignore()
    .returning('id')
  return rows.length === 1
}

export async function findUser(knex: Knex, tenant: string, id: string): Promise<User | undefined> {
  const row = await knex('users').where({ tenant, id }).first()
  return row === undefined ? undefined : userOf(row)
}

/** Held until the transaction ends. */
export async function lockUser(trx: Knex, tenant: string, id: string): Promise<User | undefined> {
  const row = await trx('users').where({ tenant, id }).forUpdate().first()
  return row === undefined ? undefined : userOf(row)
}

/** @param login folded */
export async function findUserByLogin(
  knex: Knex,
  tenant: string,
  login: string,
): Promise<User | undefined> {
  const row = await knex('users').where({ tenant, login }).first()
  return row === undefined ? undefined : userOf(row)
}

export interface UserFilter {
  readonly unit?: string | undefined
  readonly kind?: User['kind'] | undefined
  readonly state?: UserState | undefined
  /** A part of the name or login, in capitals or not. */
  readonly q?: string | undefined
}

/** By id. */
export async function listUsers(
  knex: Knex,
  tenant: string,
  { unit, kind, state, q }: UserFilter,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<User[]> {
  const query = knex('users').where({ tenant }).orderBy('id').limit(page.limit)
  if (page.cursor !== undefined) query.where('id', '>', page.cursor)
  if (unit !== undefined) query.where({ unit })
  if (kind !== undefined) query.where({ kind })
  if (state !== undefined) query.where({ state })
  if (q !== undefined) {
    // What stands for other letters in a pattern is looked for as it was typed.
    const part = `%${q.replace(/[\\%_]/g, '\\$&')}%`
    query.where((one) => {
      one.whereILike('display_name', part).orWhereILike('login', part)
    })
  }
  return (await query).map(userOf)
}

/** @returns those that the tenant has, by id */
export async function namesOfUsers(
  knex: Knex,
  tenant: string,
  ids: readonly string[],
): Promise<Pick<User, 'id' | 'displayName'>[]> {
  return knex('users')
    .where({ tenant })
    .whereIn('id', ids)
    .orderBy('id')
    .select('id', { displayName: 'display_name' })
}

export async function updateUser(
  trx: Knex,
  { tenant, id }: Pick<User, 'tenant' | 'id'>,
  { displayName, ...rest }: UserChange,
): Promise<void> {
  const change = { ...rest, ...(displayName === undefined ? {} : { display_name: displayName }) }
  if (Object.keys(change).length > 0) await trx('users').where({ tenant, id }).update(change)
}

export async function setUserState(
  trx: Knex,
  { tenant, id }: Pick<User, 'tenant' | 'id'>,
  state: UserState,
): Promise<void> {
  await trx('users').where({ tenant, id }).update({ state })
}

function userOf(row: Row): User {
  return {
    tenant: row.tenant,
    id: row.id,
    kind: row.kind,
    login: row.login,
    email: row.email,
    displayName: row.display_name,
    locale: row.locale,
    unit: row.unit,
    state: row.state,
  }
}
