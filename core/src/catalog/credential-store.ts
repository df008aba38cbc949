import type { Knex } from 'knex'
import type { CredentialKind, CredentialRow } from './credential.ts'

export interface NewCredential {
  readonly id: string
  readonly subscription: string
  readonly hash: Buffer
  readonly kind: CredentialKind
  readonly name: string | null
  readonly expiresAt: Date | null
}

export async function insertCredential(trx: Knex, credential: NewCredential): Promise<void> {
  const { expiresAt, ...row } = credential
  await trx('credentials').insert({ ...row, expires_at: expiresAt })
}

/** Those that are neither revoked nor over. @param now milliseconds since the epoch */
export async function listCredentials(
  knex: Knex,
  subscription: string,
  now: number,
): Promise<CredentialRow[]> {
  const rows = await knex('credentials')
    .where({ subscription })
    .whereNull('revoked_at')
    .whereRaw('(expires_at is null or expires_at > ?)', [new Date(now)])
    .orderBy(['created_at', 'id'])
    .limit(10)
  return rows.map(rowOf)
}

/** @returns false where there is no such credential that is not revoked. */
export async function revokeCredential(
  trx: Knex,
  subscription: string,
  id: string,
): Promise<boolean> {
  const changed = await trx('credentials')
    .where({ subscription, id })
    .whereNull('revoked_at')
    .update({ revoked_at: trx.fn.now() })
  return changed === 1
}

export async function endCredential(trx: Knex, id: string, expiresAt: number): Promise<void> {
  await trx('credentials')
    .where({ id })
    .update({ expires_at: new Date(expiresAt) })
}

/** One statement for all; an older time than what another node wrote changes nothing. */
export async function touchCredentials(
  knex: Knex,
  uses: ReadonlyMap<string, number>,
): Promise<void> {
  await knex.raw(
    `update credentials as c set last_used_at = to_timestamp(u.at / 1000)
       from unnest(?::text[], ?::double precision[]) as u (id, at)
      where c.id = u.id and (c.last_used_at is null or c.last_used_at < to_timestamp(u.at / 1000))`,
    [[...uses.keys()], [...uses.values()]],
  )
}

function rowOf(row: Readonly<Record<string, unknown>>): CredentialRow {
  const at = (value: unknown) => (value instanceof Date ? value.toISOString() : null)
  return {
    id: row.id as string,
    kind: row.kind as CredentialKind,
    name: row.name as string | null,
    createdAt: (row.created_at as Date).toISOString(),
    expiresAt: at(row.expires_at),
    lastUsedAt: at(row.last_used_at),
  }
}
