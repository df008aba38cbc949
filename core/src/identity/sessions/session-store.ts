import type { Knex } from 'knex'
import type { Proof } from '../access/proof.ts'
import {
  ABSOLUTE_S,
  GRACE_S,
  IDLE_S,
  type ListedSession,
  PROVEN_S,
  ROTATE_S,
  type Session,
} from './session.ts'

/** Rows that prove somebody: not ended, not over, not silent for too long. */
const liveOf = (s: string) =>
  `${s}.ended_at is null and ${s}.expires_at > now() and ${s}.last_seen_at > now() - make_interval(secs => ${IDLE_S})`

const live = liveOf('sessions')

/**
 * Who a session's cookie proves; that it was seen is written down. A next cookie that is first seen here becomes the
 * present one.
 */
export async function proveSession(knex: Knex, hash: Buffer): Promise<Proof | undefined> {
  const { rows } = await knex.raw(
    `update sessions s set last_seen_at = now(),
       previous_hash = case when s.next_hash = :hash then s.hash else s.previous_hash end,
       previous_until = case when s.next_hash = :hash then now() + make_interval(secs => ${GRACE_S}) else s.previous_until end,
       rotated_at = case when s.next_hash = :hash then now() else s.rotated_at end,
       hash = case when s.next_hash = :hash then s.next_hash else s.hash end,
       next_hash = case when s.next_hash = :hash then null else s.next_hash end
     from users u
     where (s.hash = :hash or s.next_hash = :hash or (s.previous_hash = :hash and s.previous_until > now()))
       and ${liveOf('s')}
       and u.tenant = s.tenant and u.id = s.user_id and u.state = 'active'
     returning s.id, s.tenant, s.user_id, s.csrf, s.hash = :hash as is_present,
       extract(epoch from s.expires_at - now()) * 1000 as left_ms,
       extract(epoch from s.previous_until - now()) * 1000 as grace_ms,
       extract(epoch from s.rotated_at - now()) * 1000 + ${ROTATE_S * 1000} as rotates_in_ms`,
    { hash },
  )
  const [row] = rows
  if (row === undefined) return undefined
  const { csrf } = row
  const left = Number(row.left_ms)
  return {
    tenant: row.tenant,
    user: row.user_id,
    isService: false,
    id: row.id,
    leftMs: row.is_present ? left : Math.min(left, Number(row.grace_ms)),
    scope: null,
    session: {
      csrf,
      rotatesInMs: row.is_present ? Number(row.rotates_in_ms) : Number.POSITIVE_INFINITY,
    },
  }
}

/**
 * A next cookie beside the present one.
 * @returns false where another request has just been given one, or the session is another by now
 */
export async function offerNext(
  knex: Knex,
  id: string,
  present: Buffer,
  next: Buffer,
): Promise<boolean> {
  const changed = await knex('sessions')
    .where({ id, hash: present })
    .whereRaw(`${live} and (next_hash is null or next_at < now() - make_interval(secs => ?))`, [
      GRACE_S,
    ])
    .update({ next_hash: next, next_at: knex.fn.now() })
  return changed === 1
}

/** A new secret at once, the old one is worth nothing: what it may do has grown. */
export async function replaceSecret(trx: Knex, id: string, hash: Buffer): Promise<void> {
  await trx('sessions').where({ id }).update({
    hash,
    next_hash: null,
    previous_hash: null,
    previous_until: null,
    rotated_at: trx.fn.now(),
  })
}

/** The cookies of these users are changed at their next visit. */
export async function rotateSoon(
  trx: Knex,
  tenant: string,
  users: readonly string[],
): Promise<void> {
  await trx('sessions')
    .where({ tenant })
    // One parameter, however many they are.
    .whereRaw('user_id = any(?)', [[...users]])
    .whereNull('ended_at')
    .update({ rotated_at: trx.raw('to_timestamp(0)') })
}

export async function insertSession(
  trx: Knex,
  { user, ...session }: Session,
  { hash, csrf }: { readonly hash: Buffer; readonly csrf: string },
): Promise<void> {
  await trx('sessions').insert({
    ...session,
    user_id: user,
    hash,
    csrf,
    expires_at: trx.raw('now() + make_interval(secs => ?)', [ABSOLUTE_S]),
  })
}

/** Newest first. */
export async function listSessions(
  knex: Knex,
  tenant: string,
  user: string,
  limit: number,
): Promise<ListedSession[]> {
  const rows = await knex('sessions')
    .where({ tenant, user_id: user })
    .whereRaw(live)
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .limit(limit)
  return rows.map((row) => ({
    id: row.id,
    tenant: row.tenant,
    user: row.user_id,
    methods: row.methods,
    agent: row.agent,
    address: row.address,
    createdAt: row.created_at.toISOString(),
    lastSeenAt: row.last_seen_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
  }))
}

/** He has just shown once more who he is. */
export async function proveAgain(knex: Knex, id: string): Promise<void> {
  await knex('sessions').where({ id }).update({ proven_at: knex.fn.now() })
}

/** Whether the user has signed in, or shown once more who he is, within the last minutes. */
export async function isJustProven(knex: Knex, id: string): Promise<boolean> {
  const row = await knex('sessions')
    .where({ id })
    .whereRaw(`greatest(created_at, proven_at) > now() - make_interval(secs => ${PROVEN_S})`)
    .first('id')
  return row !== undefined
}

/** @returns false where the user has no such live session. */
export async function endSession(
  trx: Knex,
  { tenant, user, id }: Pick<Session, 'tenant' | 'user' | 'id'>,
): Promise<boolean> {
  const ended = await trx('sessions')
    .where({ tenant, user_id: user, id })
    .whereNull('ended_at')
    .update({ ended_at: trx.fn.now() })
  return ended === 1
}

/** @param keep the one that goes on, if any. @returns how many it ended */
export async function endSessions(
  trx: Knex,
  { tenant, user, keep = null }: { tenant: string; user: string; keep?: string | null },
): Promise<number> {
  const query = trx('sessions').where({ tenant, user_id: user }).whereNull('ended_at')
  if (keep !== null) query.whereNot({ id: keep })
  return query.update({ ended_at: trx.fn.now() })
}

/** The oldest beyond so many. */
export async function endBeyond(
  trx: Knex,
  { tenant, user, most }: { tenant: string; user: string; most: number },
): Promise<void> {
  const beyond = trx('sessions')
    .where({ tenant, user_id: user })
    .whereNull('ended_at')
    .orderBy('created_at', 'desc')
    .offset(most)
    .select('id')
  await trx('sessions').whereIn('id', beyond).update({ ended_at: trx.fn.now() })
}

/** What is over for a month is no use to anybody. @returns how many rows went */
export async function sweepSessions(knex: Knex, limit: number): Promise<number> {
  const old = knex('sessions')
    .whereRaw("coalesce(ended_at, expires_at) < now() - interval '30 days'")
    .limit(limit)
    .select('id')
  return knex('sessions').whereIn('id', old).delete()
}
