import type { Knex } from 'knex'
import type { Proof } from '../access/proof.ts'
import type { ApiToken, ListedToken } from './api-token.ts'

/** Who a token proves; that it was used is written down. */
export async function proveToken(knex: Knex, hash: Buffer): Promise<Proof | undefined> {
  const { rows } = await knex.raw(
    `update api_tokens t set last_used_at = now()
     from users u
     where t.hash = :hash and t.revoked_at is null and t.expires_at > now()
       and u.tenant = t.tenant and u.id = t.user_id and u.state = 'active'
     returning t.id, t.tenant, t.user_id, t.actions, t.permissions, u.kind,
       extract(epoch from t.expires_at - now()) * 1000 as left_ms`,
    { hash },
  )
  const [row] = rows
  if (row === undefined) return undefined
  return {
    tenant: row.tenant,
    user: row.user_id,
    isService: row.kind === 'service',
    id: row.id,
    leftMs: Number(row.left_ms),
    scope: { actions: new Set(row.actions), permissions: new Set(row.permissions) },
  }
}

export async function insertToken(
  trx: Knex,
  { id, tenant, user, label, actions, permissions, expiresAt }: ApiToken,
  hash: Buffer,
): Promise<void> {
  const row = { id, tenant, user_id: user, label, actions, permissions, hash }
  await trx('api_tokens').insert({ ...row, expires_at: expiresAt })
}

interface Owner {
  readonly tenant: string
  readonly user: string
}

const good = (knex: Knex, { tenant, user }: Owner) =>
  knex('api_tokens')
    .where({ tenant, user_id: user })
    .whereNull('revoked_at')
    .where('expires_at', '>', knex.fn.now())

export async function countTokens(trx: Knex, owner: Owner): Promise<number> {
  const row = await good(trx, owner).count('* as n').first()
  return Number(row?.n)
}

/** Those that are good, by id. */
export async function listTokens(
  knex: Knex,
  owner: Owner,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<ListedToken[]> {
  const query = good(knex, owner).orderBy('id').limit(page.limit)
  if (page.cursor !== undefined) query.where('id', '>', page.cursor)
  const rows = await query
  return rows.map((row) => ({
    id: row.id,
    tenant: row.tenant,
    user: row.user_id,
    label: row.label,
    actions: row.actions,
    permissions: row.permissions,
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
    lastUsedAt: row.last_used_at?.toISOString() ?? null,
  }))
}

/** @returns false where the owner has no such good token. */
export async function revokeToken(trx: Knex, owner: Owner, id: string): Promise<boolean> {
  const changed = await good(trx, owner).where({ id }).update({ revoked_at: trx.fn.now() })
  return changed === 1
}
