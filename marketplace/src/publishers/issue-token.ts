import type { Knex } from 'knex'
import type { AccountPorts } from '../ports.ts'
import { OPERATOR } from './actor.ts'
import { insertToken } from './publisher-store.ts'
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
}

/** Makes a token in the transaction of whoever asks for it, with its audit entry. */
export async function issueToken(
  trx: Knex.Transaction,
  { now, randomBytes, audit }: Pick<AccountPorts, 'now' | 'randomBytes' | 'audit'>,
  { publisher, actor, traceId, name, limits = noLimits, expiresAt }: TokenToIssue,
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

function earlier(createdAt: Date, wanted: Date | undefined): Date {
  const most = new Date(createdAt.getTime() + OPERATOR_LOGIN_MS)
  return wanted !== undefined && wanted < most ? wanted : most
}
