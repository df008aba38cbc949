import type { Knex } from 'knex'

export interface SharedLink {
  readonly id: string
  readonly tenant: string
  readonly plugin: string
  readonly service: string
  readonly major: number
  readonly operation: string
  readonly input: Readonly<Record<string, unknown>>
  readonly createdAt: string
  readonly expiresAt: string
  readonly revokedAt: string | null
}

type NewLink = Omit<SharedLink, 'createdAt' | 'revokedAt'> & { readonly hash: Buffer }

/** @returns false when the plugin has as many living links in the tenant as it may. */
export async function insertLink(knex: Knex, link: NewLink, most: number): Promise<boolean> {
  const { tenant, plugin, expiresAt, input, hash, ...rest } = link
  return knex.transaction(async (trx) => {
    // Two at once must not both be the last one: they wait for each other here.
    await trx.raw('select pg_advisory_xact_lock(hashtext(?))', [`links ${tenant} ${plugin}`])
    const living = await trx('shared_links')
      .where({ tenant, plugin })
      .whereNull('revoked_at')
      .where('expires_at', '>', trx.fn.now())
      .count('* as n')
      .first()
    if (Number(living?.n) >= most) return false
    await trx('shared_links').insert({
      ...rest,
      tenant,
      plugin,
      hash,
      input: JSON.stringify(input),
      expires_at: expiresAt,
    })
    return true
  })
}

export async function findLink(knex: Knex, hash: Buffer): Promise<SharedLink | undefined> {
  const row = await knex('shared_links').where({ hash }).first()
  return row === undefined ? undefined : linkOf(row)
}

/** Newest first by id, which begins with the time. */
export async function listLinks(
  knex: Knex,
  tenant: string,
  { limit, cursor }: { limit: number; cursor: string | undefined },
): Promise<SharedLink[]> {
  const query = knex('shared_links').where({ tenant }).orderBy('id', 'desc').limit(limit)
  if (cursor !== undefined) query.where('id', '<', cursor)
  return (await query).map(linkOf)
}

/** @returns false where there is no such living link. @param plugin only one of this plugin */
export async function revokeLink(
  knex: Knex,
  { tenant, id, plugin }: { tenant: string; id: string; plugin?: string },
): Promise<boolean> {
  const query = knex('shared_links').where({ tenant, id }).whereNull('revoked_at')
  if (plugin !== undefined) query.where({ plugin })
  return (await query.update({ revoked_at: knex.fn.now() })) === 1
}

function linkOf(row: Readonly<Record<string, unknown>>): SharedLink {
  const revoked = row.revoked_at as Date | null
  return {
    id: row.id as string,
    tenant: row.tenant as string,
    plugin: row.plugin as string,
    service: row.service as string,
    major: row.major as number,
    operation: row.operation as string,
    input: row.input as SharedLink['input'],
    createdAt: (row.created_at as Date).toISOString(),
    expiresAt: (row.expires_at as Date).toISOString(),
    revokedAt: revoked === null ? null : revoked.toISOString(),
  }
}
