import type { Knex } from 'knex'

/** Whose key, of which operation: the same key of another caller is another. */
export interface KeyedCall {
  readonly caller: string
  /** Such as `orders.visibility@1/book`. */
  readonly operation: string
  readonly key: string
}

export interface Claimed extends KeyedCall {
  readonly claim: string
}

export interface KeptEnd {
  readonly outcome: 'answered' | 'refused' | 'unknown'
  readonly status: number
  readonly version: string | null
  /** Of a refusal. */
  readonly code: string | null
  /** Null: too large to keep. */
  readonly sealed: { readonly dataKey: string; readonly sealed: Buffer } | null
}

export interface KnownCall {
  readonly fingerprint: Buffer
  readonly end: KeptEnd | undefined
  /** Milliseconds until it has ended or nobody knows how; 0: nobody does. */
  readonly endsInMs: number
}

const WRITE_MS = 2000

/** Claims the key for a call that begins now. @returns false: it is taken */
export async function claimKey(
  knex: Knex,
  { caller, operation, key, claim }: Claimed,
  times: { readonly fingerprint: Buffer; readonly endsInMs: number; readonly keptMs: number },
): Promise<boolean> {
  const { rowCount } = await knex
    .raw(
      `insert into idempotent_calls as c (caller, operation, key, fingerprint, claim, ends_at, expires_at)
       values (?, ?, ?, ?, ?, now() + ? * interval '1 millisecond', now() + ? * interval '1 millisecond')
       on conflict (caller, operation, key) do update
         set fingerprint = excluded.fingerprint, claim = excluded.claim, ends_at = excluded.ends_at,
             expires_at = excluded.expires_at, outcome = null, status = null, version = null, code = null,
             data_key = null, sealed = null
         where c.expires_at < now()`,
      [caller, operation, key, times.fingerprint, claim, times.endsInMs, times.keptMs],
    )
    .timeout(WRITE_MS)
  return rowCount === 1
}

export async function findKeyed(knex: Knex, call: KeyedCall): Promise<KnownCall | undefined> {
  const { caller, operation, key } = call
  const row = await knex('idempotent_calls')
    .where({ caller, operation, key })
    .first(
      '*',
      knex.raw('greatest(0, extract(epoch from ends_at - now()) * 1000)::float8 as ends_in_ms'),
    )
    .timeout(WRITE_MS)
  if (row === undefined) return undefined
  return { fingerprint: row.fingerprint, end: endOf(row), endsInMs: row.ends_in_ms }
}

function endOf(row: {
  outcome: KeptEnd['outcome'] | null
  status: number
  version: string | null
  code: string | null
  data_key: string | null
  sealed: Buffer | null
}): KeptEnd | undefined {
  const { outcome, status, version, code, data_key: dataKey, sealed } = row
  if (outcome === null) return undefined
  const kept = dataKey === null || sealed === null ? null : { dataKey, sealed }
  return { outcome, status, version, code, sealed: kept }
}

/** @returns false: the claim is not this call's any more */
export async function endKeyed(knex: Knex, claimed: Claimed, end: KeptEnd): Promise<boolean> {
  const count = await knex('idempotent_calls')
    .where({ ...claimed })
    .whereNull('outcome')
    .update({
      outcome: end.outcome,
      status: end.status,
      version: end.version,
      code: end.code,
      data_key: end.sealed?.dataKey ?? null,
      sealed: end.sealed?.sealed ?? null,
    })
    .timeout(WRITE_MS)
  return count === 1
}

/** Of a call that certainly did not run: the key is free again. */
export async function releaseKey(knex: Knex, claimed: Claimed): Promise<void> {
  await knex('idempotent_calls')
    .where({ ...claimed })
    .whereNull('outcome')
    .delete()
    .timeout(WRITE_MS)
}

/** Keys whose time is over, at most a thousand at once. */
export async function forgetKeys(knex: Knex): Promise<void> {
  await knex.raw(
    `delete from idempotent_calls where (caller, operation, key) in (
       select caller, operation, key from idempotent_calls where expires_at < now()
        order by expires_at limit 1000 for update skip locked)`,
  )
}
