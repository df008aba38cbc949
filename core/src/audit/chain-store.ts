import type { Knex } from 'knex'
import type { ChainedEntry, Head, Seal } from './chain.ts'
import type { Link } from './chain-verifier.ts'

/** Any number, as long as every host takes the same: who holds it seals. */
const SEQUENCER_LOCK = 4452
const RETENTION_LOCK = 4453

/** A node that stands still in the middle of a batch holds the others up for at most this long. */
const STALLED_MS = 5000

/** As it is hashed: UTC, to the microsecond. */
const utc = (column: string) =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`

const entryColumns = `e.id::text as id, ${utc('e.at')} as at, e.tenant, e.actor, e.action, e.subject, e.outcome,
  e.trace_id, e.generation, e.detail`

interface EntryRow {
  readonly id: string
  readonly at: string
  readonly tenant: string | null
  readonly actor: string
  readonly action: string
  readonly subject: string
  readonly outcome: string
  readonly trace_id: string | null
  readonly generation: string | null
  readonly detail: unknown
}

function entryOf(row: EntryRow): ChainedEntry {
  const { id, at, tenant, actor, action, subject, outcome, detail } = row
  const generation = row.generation === null ? null : Number(row.generation)
  return {
    id,
    at,
    tenant,
    actor,
    action,
    subject,
    outcome,
    traceId: row.trace_id,
    generation,
    detail,
  }
}

/** Until the transaction ends. @returns false: another node seals right now */
export async function takeSequencerTurn(trx: Knex.Transaction): Promise<boolean> {
  const { rows } = await trx.raw(
    `select pg_try_advisory_xact_lock(?) as taken,
            set_config('idle_in_transaction_session_timeout', ?, true)`,
    [SEQUENCER_LOCK, String(STALLED_MS)],
  )
  return rows[0].taken
}

export async function takeRetentionTurn(trx: Knex.Transaction): Promise<boolean> {
  const { rows } = await trx.raw('select pg_try_advisory_xact_lock(?) as taken', [RETENTION_LOCK])
  return rows[0].taken
}

/** Entries that were committed and have no number, oldest first, and what time it is. */
export async function readUnsealed(
  trx: Knex.Transaction,
  limit: number,
): Promise<{ readonly now: string; readonly entries: readonly ChainedEntry[] }> {
  const { rows } = await trx.raw(
    `select ${utc('clock_timestamp()')} as now, ${entryColumns}
       from (select entry from audit_unsealed order by entry limit ?) u
       join audit_entries e on e.id = u.entry order by e.id`,
    [limit],
  )
  return { now: rows[0]?.now ?? '', entries: rows.map(entryOf) }
}

/** How many committed entries have no number yet, counted to 10,000, and how long the oldest has had none. */
export async function readUnsealedBacklog(
  knex: Knex,
): Promise<{ readonly items: number; readonly seconds: number }> {
  const { rows } = await knex.raw(
    `select (select count(*) from (select 1 from audit_unsealed limit 10000) u)::int as items,
            coalesce(greatest(0, extract(epoch from clock_timestamp() - (
              select e.at from audit_entries e
               where e.id = (select entry from audit_unsealed order by entry limit 1)))), 0)::float8 as seconds`,
  )
  return rows[0]
}

/** Where each chain ends: at its last seal, or at its tombstone where nothing came after it. */
export async function readHeads(
  knex: Knex,
  chains: readonly string[],
): Promise<ReadonlyMap<string, Head>> {
  const { rows } = await knex.raw(
    `select c.chain, h.number, h.hash from unnest(?::text[]) as c (chain)
       cross join lateral (
         select number, hash from audit_seals s where s.chain = c.chain order by number desc limit 1
       ) h`,
    [[...chains]],
  )
  return new Map(
    rows.map(({ chain, number, hash }: { chain: string; number: string; hash: string }) => [
      chain,
      { number: Number(number), hash },
    ]),
  )
}

export async function insertSeals(
  trx: Knex.Transaction,
  seals: readonly (Seal & { readonly entry: string })[],
): Promise<void> {
  await trx.raw(
    `with sealed as (
       insert into audit_seals (chain, number, entry, hash, sealed_at)
       select * from unnest(?::text[], ?::bigint[], ?::bigint[], ?::text[], ?::timestamptz[])
       returning entry
     )
     delete from audit_unsealed u using sealed where u.entry = sealed.entry`,
    [
      seals.map(({ chain }) => chain),
      seals.map(({ number }) => number),
      seals.map(({ entry }) => entry),
      seals.map(({ hash }) => hash),
      seals.map(({ sealedAt }) => sealedAt),
    ],
  )
}

/** @returns links with a number above `after`, in the order of their numbers */
export async function readLinks(
  knex: Knex,
  { chain, after, limit }: { chain: string; after: number; limit: number },
): Promise<readonly Link[]> {
  const { rows } = await knex.raw(
    `select s.number, s.hash, ${utc('s.sealed_at')} as sealed_at, e.id is not null as is_there, ${entryColumns}
       from audit_seals s left join audit_entries e on e.id = s.entry
      where s.chain = ? and s.number > ? order by s.number limit ?`,
    [chain, after, limit],
  )
  type Row = EntryRow & { number: string; hash: string; sealed_at: string; is_there: boolean }
  return rows.map((row: Row) => ({
    seal: { chain, number: Number(row.number), sealedAt: row.sealed_at, hash: row.hash },
    entry: row.is_there ? entryOf(row) : undefined,
  }))
}

/** The hash of one link, for a walk that begins behind it. */
export async function findHash(
  knex: Knex,
  chain: string,
  number: number,
): Promise<string | undefined> {
  const row = await knex('audit_seals').where({ chain, number }).first('hash')
  return row?.hash
}

/** How many entries wait for their number, and since when. */
export async function countUnsealed(
  knex: Knex,
  chain: string,
): Promise<{ readonly waiting: number; readonly oldestAt: string | null }> {
  const { rows } = await knex.raw(
    `select count(*)::int as waiting, ${utc('min(e.at)')} as oldest_at
       from audit_unsealed u join audit_entries e on e.id = u.entry
      where coalesce(e.tenant, ':host') = ?`,
    [chain],
  )
  return { waiting: rows[0].waiting, oldestAt: rows[0].oldest_at }
}

/** Whether an entry of the chain between these ids has neither a number nor waits for one. */
export async function findOutsideChain(
  knex: Knex,
  chain: string,
  first: string,
  last: string,
): Promise<boolean> {
  const { rows } = await knex.raw(
    `select exists (
       select from audit_entries e
        where e.id between ? and ? and coalesce(e.tenant, ':host') = ?
          and not exists (select from audit_seals s where s.entry = e.id)
          and not exists (select from audit_unsealed u where u.entry = e.id)) as is_there`,
    [first, last, chain],
  )
  return rows[0].is_there
}

export interface SignedNumber {
  readonly number: number
  readonly jws: string
}

/** Chains that have grown since they were signed last, the longest unsigned first. */
export async function readUnsigned(
  knex: Knex,
  limit: number,
): Promise<readonly (Head & { readonly chain: string })[]> {
  const { rows } = await knex.raw(
    `with recursive chains as (
       (select chain from audit_seals order by chain limit 1)
       union all
       select (select s.chain from audit_seals s where s.chain > c.chain order by s.chain limit 1)
         from chains c where c.chain is not null
     )
     select c.chain, h.number, h.hash from chains c
       cross join lateral (
         select number, hash from audit_seals s where s.chain = c.chain order by number desc limit 1
       ) h
       left join lateral (
         select number from audit_checkpoints k where k.chain = c.chain order by number desc limit 1
       ) k on true
      where h.number > coalesce(k.number, 0)
      order by h.number - coalesce(k.number, 0) desc limit ?`,
    [limit],
  )
  return rows.map((row: { chain: string; number: string; hash: string }) => ({
    ...row,
    number: Number(row.number),
  }))
}

/** Two nodes may sign the same link: the first that did stays. */
export async function insertCheckpoint(
  knex: Knex,
  { chain, number, jws }: SignedNumber & { chain: string },
): Promise<void> {
  await knex('audit_checkpoints')
    .insert({ chain, number, jws })
    .onConflict(['chain', 'number'])
    .ignore()
}

/** Those of numbers above `after`, in their order. */
export async function readCheckpoints(
  knex: Knex,
  { chain, after, upTo, limit }: { chain: string; after: number; upTo: number; limit: number },
): Promise<readonly SignedNumber[]> {
  const rows = await knex('audit_checkpoints')
    .where({ chain })
    .where('number', '>', after)
    .where('number', '<=', upTo)
    .orderBy('number')
    .limit(limit)
  return rows.map((row) => ({ number: Number(row.number), jws: row.jws }))
}

export async function findLastCheckpoint(
  knex: Knex,
  chain: string,
): Promise<SignedNumber | undefined> {
  const row = await knex('audit_checkpoints').where({ chain }).orderBy('number', 'desc').first()
  return row === undefined ? undefined : { number: Number(row.number), jws: row.jws }
}

export async function findTombstone(knex: Knex, chain: string): Promise<SignedNumber | undefined> {
  const row = await knex('audit_tombstones').where({ chain }).first()
  return row === undefined ? undefined : { number: Number(row.number), jws: row.jws }
}
