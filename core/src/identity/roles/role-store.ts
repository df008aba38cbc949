import type { Knex } from 'knex'
import { type BuiltInRole, isBuiltIn } from './built-in-roles.ts'
import type { HandedOut } from './hand-out.ts'

/** One of a tenant's own. */
export interface Role {
  readonly tenant: string
  readonly id: string
  readonly name: string
  readonly actions: readonly string[]
  readonly permissions: readonly string[]
}

export interface Assignment {
  readonly tenant: string
  readonly id: string
  readonly user: string
  readonly role: string
  /** It reaches this unit and all below it; null: the whole tenant. */
  readonly unit: string | null
  /** ISO 8601; half open: the end is the first moment without it. */
  readonly validFrom: string | null
  readonly validTo: string | null
}

export interface Page {
  readonly limit: number
  readonly cursor?: string | undefined
}

export async function findRole(knex: Knex, tenant: string, id: string): Promise<Role | undefined> {
  const row = await knex('roles').where({ tenant, id }).first()
  return row === undefined ? undefined : roleOf(row)
}

/** Until the transaction ends nobody else changes it. */
export async function lockRole(trx: Knex, tenant: string, id: string): Promise<Role | undefined> {
  const row = await trx('roles').where({ tenant, id }).forUpdate().first()
  return row === undefined ? undefined : roleOf(row)
}

export async function listRoles(knex: Knex, tenant: string, page: Page): Promise<Role[]> {
  const query = knex('roles').where({ tenant }).orderBy('id').limit(page.limit)
  if (page.cursor !== undefined) query.where('id', '>', page.cursor)
  return (await query).map(roleOf)
}

function roleOf({ tenant, id, name, actions, permissions }: Role): Role {
  return { tenant, id, name, actions, permissions }
}

/** What of these roles a tenant has, built-in ones too, over a unit. In a transaction none is removed before that ends. */
export async function contentsOf(
  trx: Knex,
  tenant: string,
  roles: readonly string[],
  unit: string | null,
): Promise<Map<string, HandedOut>> {
  // In the order of their names: of two who give several at once neither waits for the other.
  const own = await trx('roles').where({ tenant }).whereIn('id', roles).orderBy('id').forKeyShare()
  const found = own.map((row) => contentOf(row.id, row.actions, row.permissions, unit))
  const builtIn = roles.filter(isBuiltIn).map((role: BuiltInRole) => contentOf(role, [], [], unit))
  return new Map([...found, ...builtIn].map((content) => [content.role, content]))
}

function contentOf(
  role: string,
  actions: readonly string[],
  permissions: readonly string[],
  unit: string | null,
): HandedOut {
  return { role, actions, permissions, unit }
}

export async function putRole(trx: Knex, role: Role): Promise<void> {
  await trx('roles')
    .insert({ ...role })
    .onConflict(['tenant', 'id'])
    .merge(['name', 'actions', 'permissions'])
}

/** @returns false where there is none. */
export async function deleteRole(trx: Knex, tenant: string, id: string): Promise<boolean> {
  return (await trx('roles').where({ tenant, id }).delete()) === 1
}

/** Whoever has the role, by himself or by a position, whenever. */
export async function isRoleUsed(trx: Knex, tenant: string, role: string): Promise<boolean> {
  const assigned = await trx('role_assignments').where({ tenant, role }).first('id')
  if (assigned !== undefined) return true
  const carried = await trx('positions')
    .where({ tenant })
    .whereRaw('? = any(roles)', [role])
    .first('id')
  return carried !== undefined
}

export async function insertAssignment(
  trx: Knex,
  { tenant, id, user, role, unit, validFrom, validTo }: Assignment,
): Promise<void> {
  const row = { tenant, id, user_id: user, role, unit }
  await trx('role_assignments').insert({ ...row, valid_from: validFrom, valid_to: validTo })
}

export async function findAssignment(
  knex: Knex,
  tenant: string,
  id: string,
): Promise<Assignment | undefined> {
  const row = await knex('role_assignments').where({ tenant, id }).first()
  return row === undefined ? undefined : assignmentOf(row)
}

export async function deleteAssignment(trx: Knex, tenant: string, id: string): Promise<boolean> {
  return (await trx('role_assignments').where({ tenant, id }).delete()) === 1
}

export interface AssignmentFilter {
  readonly user?: string | undefined
  readonly role?: string | undefined
  readonly unit?: string | undefined
}

export async function listAssignments(
  knex: Knex,
  tenant: string,
  { user, role, unit }: AssignmentFilter,
  page: Page,
): Promise<Assignment[]> {
  const query = knex('role_assignments').where({ tenant }).orderBy('id').limit(page.limit)
  if (page.cursor !== undefined) query.where('id', '>', page.cursor)
  if (user !== undefined) query.where({ user_id: user })
  if (role !== undefined) query.where({ role })
  if (unit !== undefined) query.where({ unit })
  return (await query).map(assignmentOf)
}

function assignmentOf(row: {
  tenant: string
  id: string
  user_id: string
  role: string
  unit: string | null
  valid_from: Date | null
  valid_to: Date | null
}): Assignment {
  return {
    tenant: row.tenant,
    id: row.id,
    user: row.user_id,
    role: row.role,
    unit: row.unit,
    validFrom: row.valid_from?.toISOString() ?? null,
    validTo: row.valid_to?.toISOString() ?? null,
  }
}

/** What roles that are given, or that positions carry, over any of these units give in another one that comes below them. */
export async function contentsOver(
  trx: Knex,
  tenant: string,
  units: readonly string[],
  unit: string,
): Promise<readonly HandedOut[]> {
  const { rows } = await trx.raw<{ rows: { role: string }[] }>(
    `select role from role_assignments where tenant = :tenant and unit = any(:units)
       and (valid_to is null or valid_to > now())
     union
     select unnest(roles) from positions where tenant = :tenant and unit = any(:units)`,
    { tenant, units },
  )
  const roles = rows.map(({ role }) => role)
  return [...(await contentsOf(trx, tenant, roles, unit)).values()]
}

/** All that somebody has or will have, by himself and by positions: what his account is worth to whoever takes it. */
export async function heldContents(
  knex: Knex,
  tenant: string,
  user: string,
): Promise<readonly HandedOut[]> {
  const { rows } = await knex.raw<{ rows: (HandedOut & { own: boolean })[] }>(
    `with held as (
       select role, unit from role_assignments where tenant = :tenant and user_id = :user
         and (valid_to is null or valid_to > now())
       union
       select r.role, p.unit from position_holders h
       join positions p on p.tenant = h.tenant and p.id = h.position cross join unnest(p.roles) as r(role)
       where h.tenant = :tenant and h.user_id = :user and (h.valid_to is null or h.valid_to > now()))
     select h.role, h.unit, coalesce(r.actions, '{}') as actions, coalesce(r.permissions, '{}') as permissions
     from held h left join roles r on r.tenant = :tenant and r.id = h.role`,
    { tenant, user },
  )
  return rows.map(({ role, actions, permissions, unit }) =>
    contentOf(role, actions, permissions, unit),
  )
}
