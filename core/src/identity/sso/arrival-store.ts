import { randomBytes } from 'node:crypto'
import type { Knex } from 'knex'
import { insertAssignment } from '../roles/role-store.ts'

/** Somebody of a provider: no two of one issuer are one. */
export interface Identity {
  readonly tenant: string
  readonly issuer: string
  readonly subject: string
}

/** @returns the user's id */
export async function linkedUser(
  knex: Knex,
  { tenant, issuer, subject }: Identity,
): Promise<string | undefined> {
  const row = await knex('sso_identities').where({ tenant, issuer, subject }).first('user_id')
  return row?.user_id
}

export async function touchLink(knex: Knex, { tenant, issuer, subject }: Identity): Promise<void> {
  await knex('sso_identities').where({ tenant, issuer, subject }).update({ last_at: knex.fn.now() })
}

/** @returns false where the user is somebody else of the issuer already */
export async function insertLink(
  trx: Knex,
  { tenant, issuer, subject }: Identity,
  user: string,
): Promise<boolean> {
  const rows = await trx('sso_identities')
    .insert({ tenant, issuer, subject, user_id: user })
    .onConflict()
    .ignore()
    .returning('user_id')
  return rows.length === 1
}

/** Nobody is known by the issuer any more. @returns how many were */
export async function deleteLinks(trx: Knex, tenant: string, issuer: string): Promise<number> {
  return trx('sso_identities').where({ tenant, issuer }).delete()
}

/** Whoever he was there; the next time he comes as for the first. @returns how many */
export async function deleteLinksOf(trx: Knex, tenant: string, user: string): Promise<number> {
  return trx('sso_identities').where({ tenant, user_id: user }).delete()
}

export async function hasLink(knex: Knex, tenant: string, user: string): Promise<boolean> {
  return (
    (await knex('sso_identities').where({ tenant, user_id: user }).first('issuer')) !== undefined
  )
}

/** Those who could be meant by an address; two are nobody. */
export async function usersByEmail(
  knex: Knex,
  tenant: string,
  email: string,
): Promise<readonly string[]> {
  const rows = await knex('users')
    .where({ tenant, kind: 'person' })
    .whereRaw('lower(email) = lower(?)', [email])
    .limit(2)
    .select('id')
  return rows.map(({ id }) => id)
}

interface Followed {
  readonly tenant: string
  readonly connection: string
  readonly user: string
}

/** The roles that somebody has by his groups. */
export async function groupRolesHeld(
  knex: Knex,
  { tenant, connection, user }: Followed,
): Promise<readonly string[]> {
  const rows = await knex('sso_roles as s')
    .join('role_assignments as a', 'a.id', 's.assignment')
    .where({ 's.tenant': tenant, 's.connection': connection, 's.user_id': user })
    .distinct('a.role')
  return rows.map(({ role }) => role).sort()
}

/** Exactly these, over the whole tenant. */
export async function putGroupRoles(
  trx: Knex,
  { tenant, connection, user }: Followed,
  roles: readonly string[],
): Promise<void> {
  const followed = trx('sso_roles').where({ tenant, connection, user_id: user })
  await trx('role_assignments').whereIn('id', followed.select('assignment')).delete()
  for (const role of roles) {
    const assignment = `asg_${randomBytes(8).toString('hex')}`
    const over = { unit: null, validFrom: null, validTo: null }
    await insertAssignment(trx, { tenant, id: assignment, user, role, ...over })
    await trx('sso_roles').insert({ assignment, tenant, connection, user_id: user })
  }
}

/** What everybody has by the groups of a connection, but these roles. @returns whose it was */
export async function dropGroupRoles(
  trx: Knex,
  { tenant, connection }: Pick<Followed, 'tenant' | 'connection'>,
  keep: readonly string[] = [],
): Promise<readonly string[]> {
  const followed = trx('sso_roles').where({ tenant, connection }).select('assignment')
  const dropped = await trx('role_assignments')
    .whereIn('id', followed)
    .whereNotIn('role', keep)
    .delete()
    .returning('user_id')
  return [...new Set(dropped.map(({ user_id }) => user_id))]
}
