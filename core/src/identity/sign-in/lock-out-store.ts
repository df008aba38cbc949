import type { Knex } from 'knex'
import { coreErrors } from '../../errors.ts'
import { attempt, FORGET_MS, type LockKind } from './lock-out.ts'

interface LockKey {
  readonly kind: LockKind
  readonly key: Buffer
}

/**
 * Counts an attempt as wrong under each key, unless one of them has to wait.
 * @param keys in one order for all
 * @returns milliseconds to wait; 0: it may be looked at
 */
export async function enterAttempt(knex: Knex, keys: readonly LockKey[]): Promise<number> {
  return knex.transaction(async (trx) => {
    const blank = { failures: 0, last_at: trx.fn.now(), blocked_until: trx.fn.now() }
    await trx('sign_in_failures')
      .insert(keys.map(({ key }) => ({ key, ...blank })))
      .onConflict('key')
      // Not ignored: who is held by that takes the row, and no right attempt beside it takes it away before it is read.
      .merge(['key'])
    const rows = await trx('sign_in_failures')
      .whereIn(
        'key',
        keys.map(({ key }) => key),
      )
      .orderBy('key')
      .forUpdate()
      .select('*', trx.raw('clock_timestamp() as now'))
    const judged = keys.map(({ kind, key }) => {
      const row = rows.find((one) => key.equals(one.key))
      const known = {
        failures: row.failures,
        lastAt: row.last_at.getTime(),
        blockedUntil: row.blocked_until.getTime(),
      }
      return { key, verdict: attempt(kind, known, row.now.getTime()) }
    })
    const waits = judged.map(({ verdict }) => (verdict.kind === 'wait' ? verdict.ms : 0))
    if (waits.some((ms) => ms > 0)) return Math.max(...waits)
    for (const { key, verdict } of judged) {
      if (verdict.kind !== 'let') continue
      const { failures, lastAt, blockedUntil } = verdict.next
      await trx('sign_in_failures')
        .where({ key })
        .update({ failures, last_at: new Date(lastAt), blocked_until: new Date(blockedUntil) })
    }
    return 0
  })
}

/** It was right: the account begins anew, and of the address just this attempt is taken back. */
export async function forgiveAttempt(trx: Knex, keys: readonly LockKey[]): Promise<void> {
  for (const { kind, key } of keys) {
    if (kind === 'account') await trx('sign_in_failures').where({ key }).delete()
    else {
      await trx('sign_in_failures')
        .where({ key })
        .update({ failures: trx.raw('greatest(failures - 1, 0)'), blocked_until: trx.fn.now() })
    }
  }
}

/**
 * Looks at a secret, as often as wrong attempts under these keys leave room for.
 * @throws CORE_SIGN_IN_BLOCKED
 */
export async function guardedLook(
  knex: Knex,
  keys: readonly LockKey[],
  look: () => Promise<boolean>,
): Promise<boolean> {
  const waitMs = await enterAttempt(knex, keys)
  if (waitMs > 0) {
    const seconds = Math.ceil(waitMs / 1000)
    throw coreErrors.create('SIGN_IN_BLOCKED', { seconds }, { retryAfterS: seconds })
  }
  const isRight = await look()
  if (isRight) await forgiveAttempt(knex, keys)
  return isRight
}

/** Of places where a user has signed in. */
const isForgotten = "last_at < now() - interval '90 days'"

export async function isKnownPlace(
  knex: Knex,
  { tenant, user, place }: { tenant: string; user: string; place: Buffer },
): Promise<boolean> {
  const row = await knex('sign_in_places')
    .where({ tenant, user_id: user, place })
    .whereRaw(`not (${isForgotten})`)
    .first('last_at')
  return row !== undefined
}

export async function rememberPlace(
  trx: Knex,
  { tenant, user, place }: { tenant: string; user: string; place: Buffer },
): Promise<void> {
  await trx('sign_in_places')
    .insert({ tenant, user_id: user, place })
    .onConflict(['tenant', 'user_id', 'place'])
    .merge({ last_at: trx.fn.now() })
}

export async function sweepFailures(knex: Knex, limit: number): Promise<number> {
  const old = knex('sign_in_failures')
    .whereRaw('last_at < now() - make_interval(secs => ?)', [FORGET_MS / 1000])
    .limit(limit)
  return knex('sign_in_failures').whereIn('key', old.select('key')).delete()
}

export async function sweepPlaces(knex: Knex, limit: number): Promise<number> {
  const old = knex('sign_in_places').whereRaw(isForgotten).limit(limit)
  const key = ['tenant', 'user_id', 'place']
  return knex('sign_in_places').whereIn(key, old.select(key)).whereRaw(isForgotten).delete()
}
