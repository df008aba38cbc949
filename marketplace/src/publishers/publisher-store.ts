import type { Knex } from 'knex'
import type { TokenLimits } from './token-limits.ts'

/** The only place with SQL for publishers, publisher_scopes and publisher_tokens. */

/** A part of a list, in the order of what `cursor` names: it follows the cursor. */
export interface Page {
  readonly limit: number
  readonly cursor?: string
}

export interface Publisher {
  readonly name: string
  readonly scopes: readonly string[]
  /** Whether it may log in with a password, beside its tokens. */
  readonly hasPassword: boolean
  readonly createdAt: Date
}

export interface PublisherToken {
  readonly id: string
  readonly name: string | null
  readonly limits: TokenLimits
  readonly createdAt: Date
  readonly expiresAt: Date | null
}

/** @returns false when the name is taken. */
export async function insertPublisher(
  trx: Knex.Transaction,
  publisher: { name: string; passwordHash: string | null; createdAt: Date },
): Promise<boolean> {
  const inserted = await trx('publishers')
    .insert({
      name: publisher.name,
      password_hash: publisher.passwordHash,
      created_at: publisher.createdAt,
    })
    .onConflict('name')
    .ignore()
    .returning('name')
  return inserted.length === 1
}

/** @returns false when another publisher holds the scope. */
export async function insertScope(
  trx: Knex.Transaction,
  grant: { scope: string; publisher: string; grantedAt: Date },
): Promise<boolean> {
  const inserted = await trx('publisher_scopes')
    .insert({ scope: grant.scope, publisher: grant.publisher, granted_at: grant.grantedAt })
    .onConflict('scope')
    .ignore()
    .returning('scope')
  return inserted.length === 1
}

export async function listPublishers(knex: Knex, page: Page): Promise<Publisher[]> {
  const scopes = knex('publisher_scopes')
    .select(knex.raw(`coalesce(array_agg(scope order by scope), '{}')`))
    .whereRaw('publisher = publishers.name')
  const query = knex('publishers')
    .select('name', { createdAt: 'created_at', scopes })
    .select({ hasPassword: knex.raw('password_hash is not null') })
    .orderBy('name')
    .limit(page.limit)
  return page.cursor === undefined ? query : query.where('name', '>', page.cursor)
}

export interface ShownPublisher {
  readonly name: string
  readonly scopes: readonly string[]
  readonly createdAt: Date
}

export async function findPublisher(knex: Knex, name: string): Promise<ShownPublisher | undefined> {
  const row = await knex('publishers')
    .where({ name })
    .first<{ created_at: Date } | undefined>('created_at')
  if (row === undefined) return undefined
  return { name, scopes: await listScopes(knex, name), createdAt: row.created_at }
}

export async function hasPublisher(knex: Knex, name: string): Promise<boolean> {
  return (await knex('publishers').where({ name }).first('name')) !== undefined
}

/** Who changes what is a publisher's waits for who does so already; a new row that names him does not. @returns false when there is none. */
export async function lockPublisher(trx: Knex.Transaction, name: string): Promise<boolean> {
  return (await trx('publishers').where({ name }).forNoKeyUpdate().first('name')) !== undefined
}

export async function listScopes(knex: Knex, publisher: string): Promise<string[]> {
  return knex('publisher_scopes').where({ publisher }).orderBy('scope').pluck('scope')
}

/** Tokens that were not revoked, those that ran out included. */
export async function listTokens(
  knex: Knex,
  publisher: string,
  page: Page,
): Promise<PublisherToken[]> {
  const query = knex('publisher_tokens')
    .select('name', { createdAt: 'created_at', expiresAt: 'expires_at' })
    .select({ id: knex.raw(`encode(hash, 'hex')`) })
    .select(limitColumns)
    .where({ publisher })
    .whereNull('revoked_at')
    .orderBy('hash')
    .limit(page.limit)
  const rows: (Omit<PublisherToken, 'limits'> & TokenLimits)[] = await (page.cursor === undefined
    ? query
    : query.where('hash', '>', Buffer.from(page.cursor, 'hex')))
  return rows.map(({ id, name, createdAt, expiresAt, ...limits }) => ({
    id,
    name,
    limits,
    createdAt,
    expiresAt,
  }))
}

const limitColumns = {
  isReadOnly: 'read_only',
  cidrs: 'cidrs',
  packages: 'packages',
  scopes: 'scopes',
} as const

/** Tokens in force. */
export async function countTokens(
  trx: Knex.Transaction,
  publisher: string,
  at: Date,
): Promise<number> {
  const [row] = await trx('publisher_tokens')
    .where({ publisher })
    .whereNull('revoked_at')
    .whereRaw('(expires_at is null or expires_at > ?)', [at])
    .count<{ count: string }[]>('* as count')
  return Number(row?.count)
}

export async function insertToken(
  trx: Knex.Transaction,
  token: {
    hash: Buffer
    publisher: string
    name: string | null
    limits: TokenLimits
    createdAt: Date
    expiresAt: Date | null
    isLogin: boolean
  },
): Promise<void> {
  const { isReadOnly, cidrs, packages, scopes } = token.limits
  await trx('publisher_tokens').insert({
    hash: token.hash,
    publisher: token.publisher,
    name: token.name,
    read_only: isReadOnly,
    cidrs,
    packages,
    scopes,
    created_at: token.createdAt,
    expires_at: token.expiresAt,
    is_login: token.isLogin,
  })
}

/** Of the tokens in force that logins made, all but the newest. @returns their ids, oldest last */
export async function loginsBeyond(
  trx: Knex.Transaction,
  publisher: string,
  given: { readonly kept: number; readonly at: Date },
): Promise<readonly Buffer[]> {
  return trx('publisher_tokens')
    .where({ publisher, is_login: true })
    .whereNull('revoked_at')
    .whereRaw('(expires_at is null or expires_at > ?)', [given.at])
    .orderBy([{ column: 'created_at', order: 'desc' }, 'hash'])
    .offset(given.kept)
    .pluck('hash')
}

/** @returns the publisher a valid token belongs to, and what the token may do. */
export async function findPublisherByToken(
  knex: Knex,
  hash: Buffer,
  at: Date,
): Promise<{ publisher: string; limits: TokenLimits } | undefined> {
  const row = await knex('publisher_tokens')
    .where({ hash })
    .whereNull('revoked_at')
    .whereRaw('(expires_at is null or expires_at > ?)', [at])
    .first<({ publisher: string } & TokenLimits) | undefined>('publisher', limitColumns)
  if (row === undefined) return undefined
  const { publisher, ...limits } = row
  return { publisher, limits }
}

/** @returns false when there is no such token of this publisher, or it was revoked before. */
export async function revokeToken(
  trx: Knex.Transaction,
  token: { hash: Buffer; publisher: string; at: Date },
): Promise<boolean> {
  const revoked = await trx('publisher_tokens')
    .where({ hash: token.hash, publisher: token.publisher })
    .whereNull('revoked_at')
    .update({ revoked_at: token.at })
  return revoked === 1
}

export async function setPasswordHash(
  trx: Knex.Transaction,
  name: string,
  passwordHash: string,
): Promise<void> {
  await trx('publishers').where({ name }).update({ password_hash: passwordHash })
}

/** @returns the password hash of the account, or null when it does not exist or has no password. */
export async function findPasswordHash(knex: Knex, name: string): Promise<string | null> {
  const row = await knex('publishers')
    .where({ name })
    .first<{ password_hash: string | null } | undefined>('password_hash')
  return row?.password_hash ?? null
}

export async function findScopeHolder(knex: Knex, scope: string): Promise<string | undefined> {
  const row = await knex('publisher_scopes')
    .where({ scope })
    .first<{ publisher: string } | undefined>('publisher')
  return row?.publisher
}
