import type { Knex } from 'knex'
import { marketplaceErrors } from '../errors.ts'
import type { AccountPorts } from '../ports.ts'
import { OPERATOR } from './actor.ts'
import {
  countTokens,
  insertToken,
  lockPublisher,
  loginsBeyond,
  revokeToken,
} from './publisher-store.ts'
import { type NewToken, newToken } from './token.ts'
import { isNarrowed, noLimits, type TokenLimits } from './token-limits.ts'

/** A login of the operator ends by itself: it outlives neither a forgotten laptop nor an old admin token for long. */
const OPERATOR_LOGIN_MS = 30 * 24 * 60 * 60 * 1000

export interface TokenToIssue {
  readonly publisher: string
  readonly actor: string
  readonly traceId: string
  readonly name?: string | undefined
  readonly limits?: TokenLimits
  readonly expiresAt?: Date | undefined
  readonly isLogin?: boolean
}

/** Makes a token in the transaction of whoever asks for it, with its audit entry. */
export async function issueToken(
  trx: Knex.Transaction,
  { now, randomBytes, audit }: Pick<AccountPorts, 'now' | 'randomBytes' | 'audit'>,
  { publisher, actor, traceId, name, limits = noLimits, expiresAt, isLogin = false }: TokenToIssue,
): Promise<NewToken & { readonly expiresAt: Date | null }> {
  const token = newToken((count) => randomBytes(count))
  const createdAt = new Date(now())
  const ends = publisher === OPERATOR ? earlier(createdAt, expiresAt) : (expiresAt ?? null)
  await insertToken(trx, {
    hash: token.hash,
    publisher,
    name: name ?? null,
    limits,
    createdAt,
    expiresAt: ends,
    isLogin,
  })
  await audit?.(
    {
      actor,
      action: 'publisher-token.issued',
      subject: publisher,
      traceId,
      details: {
        token: token.id,
        expiresAt: ends?.toISOString() ?? null,
        ...(isNarrowed(limits) ? { limits } : {}),
      },
    },
    trx,
  )
  return { ...token, expiresAt: ends }
}

/** As many machines as one person logs in from. */
const MAX_LOGINS = 20

/**
 * The token of a login. Beyond the most, the oldest login ends: a refusal would shut out who has no token left to
 * revoke others with. Tokens that were made on purpose are left alone, a pipeline rests on them.
 */
export async function issueLogin(
  trx: Knex.Transaction,
  ports: Pick<AccountPorts, 'now' | 'randomBytes' | 'audit'>,
  { publisher, traceId }: { readonly publisher: string; readonly traceId: string },
): Promise<NewToken> {
  await lockPublisher(trx, publisher)
  const at = new Date(ports.now())
  for (const hash of await loginsBeyond(trx, publisher, { kept: MAX_LOGINS - 1, at })) {
    await revokeToken(trx, { hash, publisher, at })
    const details = { token: hash.toString('hex'), reason: 'too many logins', limit: MAX_LOGINS }
    const action = 'publisher-token.revoked'
    await ports.audit?.({ actor: publisher, action, subject: publisher, traceId, details }, trx)
  }
  return issueToken(trx, ports, { publisher, actor: publisher, traceId, isLogin: true })
}

/** Tokens of one publisher in force: a pipeline each for far more packages than anybody has, and a list that ends. */
const MAX_TOKENS = 500

/** Held until the transaction ends, so that of two at once one sees the other. @throws `MKT_TOKENS_FULL` */
export async function requireTokenRoom(
  trx: Knex.Transaction,
  publisher: string,
  at: Date,
): Promise<void> {
  await lockPublisher(trx, publisher)
  if ((await countTokens(trx, publisher, at)) < MAX_TOKENS) return
  throw marketplaceErrors.create('TOKENS_FULL', { publisher, limit: MAX_TOKENS })
}

function earlier(createdAt: Date, wanted: Date | undefined): Date {
  const most = new Date(createdAt.getTime() + OPERATOR_LOGIN_MS)
  return wanted !== undefined && wanted < most ? wanted : most
}
