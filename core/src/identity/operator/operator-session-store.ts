import type { Knex } from 'knex'
import { ABSOLUTE_S, IDLE_S } from '../sessions/session.ts'

/** A minute late is soon enough for an hour of silence: not every request is a write. */
const SEEN_S = 60

const live = `ended_at is null and expires_at > now() and last_seen_at > now() - make_interval(secs => ${IDLE_S})`

export interface OperatorSession {
  readonly id: string
  readonly agent: string
  readonly address: string
}

export interface ListedOperatorSession extends OperatorSession {
  readonly createdAt: string
  readonly lastSeenAt: string
  readonly expiresAt: string
}

/** What every look at a session has to fit: the cookie's hash may be right and the token another by now. */
export interface ProvenBy {
  readonly hash: Buffer
  readonly mark: Buffer
}

export async function insertOperatorSession(
  trx: Knex,
  session: OperatorSession,
  { hash, mark, csrf }: ProvenBy & { readonly csrf: string },
): Promise<void> {
  await trx('operator_sessions').insert({
    ...session,
    hash,
    token_mark: mark,
    csrf,
    expires_at: trx.raw('now() + make_interval(secs => ?)', [ABSOLUTE_S]),
  })
}

/** Which live session a cookie is of; that it was seen is written down. */
export async function proveOperatorSession(
  knex: Knex,
  { hash, mark }: ProvenBy,
): Promise<{ readonly id: string; readonly csrf: string } | undefined> {
  const row = await knex('operator_sessions')
    .where({ hash, token_mark: mark })
    .whereRaw(live)
    .first(
      'id',
      'csrf',
      knex.raw('last_seen_at < now() - make_interval(secs => ?) as is_old', [SEEN_S]),
    )
  if (row === undefined) return undefined
  const { id, csrf } = row
  if (row.is_old)
    await knex('operator_sessions').where({ id }).update({ last_seen_at: knex.fn.now() })
  return { id, csrf }
}

/** Newest first. */
export async function listOperatorSessions(
  knex: Knex,
  mark: Buffer,
  limit: number,
): Promise<ListedOperatorSession[]> {
  const rows = await knex('operator_sessions')
    .where({ token_mark: mark })
    .whereRaw(live)
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .limit(limit)
  return rows.map(({ id, agent, address, created_at, last_seen_at, expires_at }) => ({
    ...{ id, agent, address },
    createdAt: created_at.toISOString(),
    lastSeenAt: last_seen_at.toISOString(),
    expiresAt: expires_at.toISOString(),
  }))
}

/** @returns false where there is no such live session */
export async function endOperatorSession(trx: Knex, mark: Buffer, id: string): Promise<boolean> {
  const ended = await trx('operator_sessions')
    .where({ id, token_mark: mark })
    .whereNull('ended_at')
    .update({ ended_at: trx.fn.now() })
  return ended === 1
}

/** @param keep the one that goes on, if any. @returns how many it ended */
export async function endOperatorSessions(
  trx: Knex,
  mark: Buffer,
  keep: string | undefined,
): Promise<number> {
  const query = trx('operator_sessions').where({ token_mark: mark }).whereNull('ended_at')
  if (keep !== undefined) query.whereNot({ id: keep })
  return query.update({ ended_at: trx.fn.now() })
}

/** The oldest beyond so many. Those of another token count as well, and prove nobody. */
export async function endOperatorSessionsBeyond(trx: Knex, most: number): Promise<void> {
  const beyond = trx('operator_sessions')
    .whereNull('ended_at')
    .orderBy('created_at', 'desc')
    .offset(most)
    .select('id')
  await trx('operator_sessions').whereIn('id', beyond).update({ ended_at: trx.fn.now() })
}

/** What is over for a month is no use to anybody. @returns how many rows went */
export async function sweepOperatorSessions(knex: Knex, limit: number): Promise<number> {
  const old = knex('operator_sessions')
    .whereRaw("coalesce(ended_at, expires_at) < now() - interval '30 days'")
    .limit(limit)
    .select('id')
  return knex('operator_sessions').whereIn('id', old).delete()
}
