import type { Knex } from 'knex'
import type { Sealed } from '../../sealing/sealer.ts'
import type { Connection } from './connection.ts'

export interface StoredConnection extends Connection {
  readonly secret: Sealed
}

export async function findConnection(
  knex: Knex,
  tenant: string,
  id: string,
): Promise<StoredConnection | undefined> {
  const row = await knex('sso_connections').where({ tenant, id }).first()
  if (row === undefined) return undefined
  return { ...connectionOf(row), secret: { dataKey: row.data_key, sealed: row.sealed } }
}

export async function listConnections(knex: Knex, tenant: string): Promise<Connection[]> {
  const rows = await knex('sso_connections').where({ tenant }).orderBy('id')
  return rows.map(connectionOf)
}

export async function putConnection(
  trx: Knex,
  { tenant, id, secret, ...wish }: Omit<StoredConnection, 'changedAt'>,
): Promise<void> {
  await trx('sso_connections')
    .insert({
      tenant,
      id,
      name: wish.name,
      issuer: wish.issuer,
      client_id: wish.clientId,
      data_key: secret.dataKey,
      sealed: secret.sealed,
      scopes: wish.scopes,
      claims: JSON.stringify(wish.claims),
      group_roles: JSON.stringify(wish.groupRoles),
      domains: wish.domains,
      creates_users: wish.createsUsers,
      links_by_email: wish.linksByEmail,
      changed_at: trx.raw('clock_timestamp()'),
    })
    .onConflict(['tenant', 'id'])
    .merge()
}

/** Whether it is still what it was; in a transaction nobody changes or removes it before that ends. */
export async function isUnchanged(
  trx: Knex,
  { tenant, id, changedAt }: Pick<Connection, 'tenant' | 'id' | 'changedAt'>,
): Promise<boolean> {
  const row = await trx('sso_connections').where({ tenant, id }).forShare().first('changed_at')
  return row?.changed_at.toISOString() === changedAt
}

/** @returns false where there is none */
export async function deleteConnection(trx: Knex, tenant: string, id: string): Promise<boolean> {
  return (await trx('sso_connections').where({ tenant, id }).delete()) === 1
}

interface Row {
  tenant: string
  id: string
  name: string
  issuer: string
  client_id: string
  scopes: string[]
  claims: Connection['claims']
  group_roles: Connection['groupRoles']
  domains: string[]
  creates_users: boolean
  links_by_email: boolean
  changed_at: Date
}

function connectionOf(row: Row): Connection {
  return {
    tenant: row.tenant,
    id: row.id,
    name: row.name,
    issuer: row.issuer,
    clientId: row.client_id,
    scopes: row.scopes,
    claims: row.claims,
    groupRoles: row.group_roles,
    domains: row.domains,
    createsUsers: row.creates_users,
    linksByEmail: row.links_by_email,
    changedAt: row.changed_at.toISOString(),
  }
}
