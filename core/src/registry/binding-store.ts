import type { Knex } from 'knex'
import type { Binding } from '../rollout/routing/snapshot.ts'
import { notRemoved } from './registry-store.ts'

export interface GrantRow {
  readonly id: string
  readonly capability: string
  readonly parameters: Readonly<Record<string, unknown>>
  readonly hash: string
  readonly approver: string
  readonly grantedAt: string
}

export async function findBinding(
  knex: Knex,
  tenant: string,
  plugin: string,
): Promise<Binding | undefined> {
  const row = await knex('bindings').where({ tenant, plugin }).first()
  return row === undefined ? undefined : { binding: row.binding, pinnedVersion: row.pinned_version }
}

/** Until the transaction ends nobody else makes or takes the database role of the tenant's plugin. */
export async function holdTenantRole(
  trx: Knex.Transaction,
  tenant: string,
  plugin: string,
): Promise<void> {
  await trx.raw("select pg_advisory_xact_lock(hashtextextended('tenant role ' || ?, 0))", [
    `${tenant} ${plugin}`,
  ])
}

export async function setBinding(
  trx: Knex,
  tenant: string,
  plugin: string,
  binding: Binding,
): Promise<void> {
  await trx('bindings')
    .insert({
      tenant,
      plugin,
      binding: binding.binding,
      pinned_version: binding.pinnedVersion,
      updated_at: trx.fn.now(),
    })
    .onConflict(['tenant', 'plugin'])
    .merge()
}

/** Every (tenant, plugin) whose calls may reach the plugin's own tables. */
export async function listDataBindings(knex: Knex): Promise<{ tenant: string; plugin: string }[]> {
  return knex('bindings as b')
    .join('grants as g', { 'g.tenant': 'b.tenant', 'g.plugin': 'b.plugin' })
    .whereNot('b.binding', 'disabled')
    .where('g.capability', 'db:own')
    .whereNull('g.revoked_at')
    .distinct('b.tenant', 'b.plugin')
}

/** Tenants that have a binding to the plugin, after the cursor. */
export async function listBoundTenants(
  knex: Knex,
  plugin: string,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<{ tenant: string; binding: Binding['binding']; pinnedVersion: string | null }[]> {
  const query = knex('bindings').where({ plugin }).orderBy('tenant').limit(page.limit)
  if (page.cursor !== undefined) query.where('tenant', '>', page.cursor)
  return query.select('tenant', 'binding', { pinnedVersion: 'pinned_version' })
}

/** Every plugin of the host as a tenant has it, after the cursor; what it never bound is disabled. */
export async function listTenantPlugins(
  knex: Knex,
  tenant: string,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<{ plugin: string; binding: Binding['binding']; version: string | null }[]> {
  const query = knex('plugins')
    .leftJoin('bindings as b', (join) =>
      join.on('b.plugin', 'plugins.name').andOnVal('b.tenant', tenant),
    )
    .whereRaw(notRemoved)
    .orderBy('plugins.name')
    .limit(page.limit)
  if (page.cursor !== undefined) query.where('plugins.name', '>', page.cursor)
  return query.select({
    plugin: 'plugins.name',
    binding: knex.raw("coalesce(b.binding, 'disabled')"),
    version: knex.raw('coalesce(b.pinned_version, plugins.stable_version)'),
  })
}

export async function listGrants(knex: Knex, tenant: string, plugin: string): Promise<GrantRow[]> {
  const rows = await knex('grants')
    .where({ tenant, plugin })
    .whereNull('revoked_at')
    .orderBy('granted_at')
    .limit(500)
  return rows.map((row) => ({
    id: row.id,
    capability: row.capability,
    parameters: row.parameters,
    hash: row.capability_hash,
    approver: row.approver,
    grantedAt: row.granted_at.toISOString(),
  }))
}

/** @returns false where the same is granted already. */
export async function insertGrant(
  trx: Knex,
  tenant: string,
  plugin: string,
  grant: Omit<GrantRow, 'grantedAt'>,
): Promise<boolean> {
  const rows = await trx('grants')
    .insert({
      id: grant.id,
      tenant,
      plugin,
      capability: grant.capability,
      parameters: JSON.stringify(grant.parameters),
      capability_hash: grant.hash,
      approver: grant.approver,
    })
    .onConflict(trx.raw('(tenant, plugin, capability_hash) where revoked_at is null'))
    .ignore()
    .returning('id')
  return rows.length > 0
}

/** @returns the capability that is no longer granted, or undefined where there was no such live grant. */
export async function revokeGrant(
  trx: Knex,
  tenant: string,
  plugin: string,
  id: string,
): Promise<string | undefined> {
  const rows = await trx('grants')
    .where({ tenant, plugin, id })
    .whereNull('revoked_at')
    .update({ revoked_at: trx.fn.now() })
    .returning('capability')
  return rows[0]?.capability
}
