import type { Knex } from 'knex'

export interface Tenant {
  readonly id: string
  readonly name: string
}

export interface Unit {
  readonly tenant: string
  readonly id: string
  readonly name: string
  readonly parent: string | null
}

export interface App {
  readonly tenant: string
  readonly id: string
  readonly name: string
  readonly unit: string | null
  /** Who suspended it; absent or null: nobody. */
  readonly suspendedBy?: string | null
}

export interface Page {
  readonly limit: number
  /** The last id of the page before; undefined: from the start. */
  readonly cursor: string | undefined
}

/** @returns false where a tenant of that id exists. */
export async function insertTenant(trx: Knex, tenant: Tenant): Promise<boolean> {
  const rows = await trx('tenants')
    .insert({ id: tenant.id, name: tenant.name })
    .onConflict('id')
    .ignore()
    .returning('id')
  return rows.length === 1
}

export async function insertUnit(trx: Knex, unit: Unit): Promise<boolean> {
  const rows = await trx('units')
    .insert({ ...unit })
    .onConflict(['tenant', 'id'])
    .ignore()
    .returning('id')
  return rows.length === 1
}

export async function insertApp(trx: Knex, app: App): Promise<boolean> {
  const rows = await trx('apps')
    .insert({ ...app })
    .onConflict(['tenant', 'id'])
    .ignore()
    .returning('id')
  return rows.length === 1
}

export async function hasTenant(knex: Knex, id: string): Promise<boolean> {
  return (await knex('tenants').where({ id }).first('id')) !== undefined
}

/** In a transaction it is not removed before that ends. */
export async function hasUnit(trx: Knex, tenant: string, id: string): Promise<boolean> {
  return (await trx('units').where({ tenant, id }).forKeyShare().first('id')) !== undefined
}

export async function hasApp(knex: Knex, tenant: string, id: string): Promise<boolean> {
  return (await knex('apps').where({ tenant, id }).first('id')) !== undefined
}

const appColumns = ['tenant', 'id', 'name', 'unit', { suspendedBy: 'suspended_by' }]

export async function findApp(knex: Knex, tenant: string, id: string): Promise<App | undefined> {
  return knex('apps').where({ tenant, id }).first(appColumns)
}

/** Locked until the transaction ends. */
export async function lockApp(
  trx: Knex.Transaction,
  tenant: string,
  id: string,
): Promise<App | undefined> {
  return trx('apps').where({ tenant, id }).forUpdate().first(appColumns)
}

export async function updateApp(trx: Knex, { tenant, id, name, unit }: App): Promise<void> {
  await trx('apps').where({ tenant, id }).update({ name, unit })
}

/** @param by the actor; null: it goes on */
export async function setAppSuspended(
  trx: Knex,
  tenant: string,
  id: string,
  by: string | null,
): Promise<void> {
  await trx('apps').where({ tenant, id }).update({ suspended_by: by })
}

/** @returns undefined where there is no such app */
export async function findAppOrigins(
  knex: Knex,
  tenant: string,
  id: string,
): Promise<readonly string[] | undefined> {
  const row = await knex('apps').where({ tenant, id }).first('allowed_origins')
  return row?.allowed_origins
}

/** @returns false where there is no such app */
export async function setAppOrigins(
  trx: Knex,
  of: { readonly tenant: string; readonly app: string; readonly origins: readonly string[] },
): Promise<boolean> {
  const { tenant, app: id, origins } = of
  const changed = await trx('apps')
    .where({ tenant, id })
    .update({ allowed_origins: [...origins] })
  return changed === 1
}

/** @param q a part of the id or the name, in any case */
export async function listTenants(
  knex: Knex,
  { q, ...page }: Page & { readonly q?: string },
): Promise<Tenant[]> {
  const query = knex('tenants').select('id', 'name')
  if (q !== undefined) {
    // Not by a pattern: `%` and `_` are letters of a name like others.
    query.whereRaw('(strpos(lower(id), lower(?)) > 0 or strpos(lower(name), lower(?)) > 0)', [q, q])
  }
  return paged(query, page)
}

export async function listUnits(knex: Knex, tenant: string, page: Page): Promise<Unit[]> {
  return paged(knex('units').where({ tenant }).select('tenant', 'id', 'name', 'parent'), page)
}

export async function listApps(knex: Knex, tenant: string, page: Page): Promise<App[]> {
  return paged(knex('apps').where({ tenant }).select(appColumns), page)
}

function paged(query: Knex.QueryBuilder, page: Page): Knex.QueryBuilder {
  const ordered = query.orderBy('id').limit(page.limit)
  return page.cursor === undefined ? ordered : ordered.where('id', '>', page.cursor)
}

export async function insertAdminToken(
  trx: Knex,
  token: { id: string; tenant: string; label: string; hash: Buffer },
): Promise<void> {
  await trx('admin_tokens').insert(token)
}

export interface AdminToken {
  readonly id: string
  readonly label: string
  readonly createdAt: string
}

/** The tenant's tokens that are good, without what they are proven by. */
export async function listAdminTokens(
  knex: Knex,
  tenant: string,
  page: Page,
): Promise<AdminToken[]> {
  const query = knex('admin_tokens').where({ tenant }).whereNull('revoked_at')
  const rows = await paged(query.select('id', 'label', 'created_at'), page)
  return rows.map((row: { id: string; label: string; created_at: Date }) => ({
    id: row.id,
    label: row.label,
    createdAt: row.created_at.toISOString(),
  }))
}

/** @returns false where the tenant has no such good token. */
export async function revokeAdminToken(trx: Knex, tenant: string, id: string): Promise<boolean> {
  const changed = await trx('admin_tokens')
    .where({ tenant, id })
    .whereNull('revoked_at')
    .update({ revoked_at: trx.fn.now() })
  return changed === 1
}

export async function findAdminToken(
  knex: Knex,
  hash: Buffer,
): Promise<{ id: string; tenant: string } | undefined> {
  return knex('admin_tokens').where({ hash }).whereNull('revoked_at').first('id', 'tenant')
}
