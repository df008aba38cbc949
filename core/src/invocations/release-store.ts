import type { Knex } from 'knex'
import type { Release } from './invocation-access.ts'

export async function insertRelease(
  trx: Knex,
  release: Omit<Release, 'releasedAt' | 'withdrawnAt'>,
): Promise<Release> {
  const rows = await trx('invocation_releases')
    .insert({
      id: release.id,
      invocation: release.invocation,
      grantee: release.grantee,
      reason: release.reason,
      released_by: release.releasedBy,
      expires_at: release.expiresAt,
    })
    .returning('*')
  return releaseOf(rows[0])
}

export async function listReleases(knex: Knex, invocation: string): Promise<Release[]> {
  const rows = await knex('invocation_releases').where({ invocation }).orderBy('released_at')
  return rows.map(releaseOf)
}

/** @returns false where there is no such release, or it was withdrawn before */
export async function withdrawRelease(trx: Knex, invocation: string, id: string): Promise<boolean> {
  const withdrawn = await trx('invocation_releases')
    .where({ invocation, id })
    .whereNull('withdrawn_at')
    .update({ withdrawn_at: trx.fn.now() })
  return withdrawn === 1
}

function releaseOf(row: Record<string, unknown>): Release {
  const withdrawnAt = row.withdrawn_at as Date | null
  return {
    id: row.id as string,
    invocation: row.invocation as string,
    grantee: row.grantee as string,
    reason: row.reason as string | null,
    releasedBy: row.released_by as string,
    releasedAt: (row.released_at as Date).toISOString(),
    expiresAt: (row.expires_at as Date).toISOString(),
    withdrawnAt: withdrawnAt === null ? null : withdrawnAt.toISOString(),
  }
}
