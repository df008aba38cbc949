import type { Statement } from '@signalbox/sdk'
import type { CheckDefinition } from './data-check-types.ts'
import { type KeySource, keysOfRows, type Side, type SideRows } from './set-sql.ts'
import { SqlParameters } from './sql-parameters.ts'

/**
 * Keys of a set that is too large for one statement are kept in buckets, a chunk of rows at a time, and then counted some
 * buckets at a time: equal keys are in one bucket (a partitioned hash join, as Kitsuregawa 1983 and Shapiro 1986 have it). Each
 * statement then looks at so many rows and no more, however many there are. A key is kept as its MD5: 128 bits,
 * of which two different keys of 10^9 are the same with a probability of 10^-21.
 */
export const BUCKETS = 256

export interface KeptKeys {
  readonly tenant: string
  readonly run: string
  readonly check: string
}

export interface BucketSpan {
  readonly from: number
  /** Not in it. */
  readonly to: number
}

const SIDES: Readonly<Record<Side, number>> = { own: 0, other: 1 }

/** Keeps the keys of a chunk of a side; done twice it keeps them once. */
export function keepKeys(
  check: CheckDefinition,
  side: Side,
  rows: SideRows,
  { tenant, run }: KeptKeys,
): Statement {
  const parameters = new SqlParameters()
  const first = parameters.add(rows.span.from, 'bigint')
  const keys = keysOfRows(check, side, rows, parameters)
  const sql = `insert into data_run_keys (tenant, run, check_id, side, bucket, first_row, keys, places, measures)
    select ${parameters.add(tenant, 'text')}, ${parameters.add(run, 'text')}, ${parameters.add(check.check, 'text')}, ${parameters.add(SIDES[side], 'smallint')},
      s.bucket, ${first}, array_agg(md5(s.k)::uuid), array_agg((s.seq - ${first})::integer), ${check.rule === 'agree' ? 'array_agg(s.m)' : 'null'}
    from (select k, seq, m, (hashtextextended(k, 0) & ${BUCKETS - 1})::integer as bucket from ${keys} r) s
    group by s.bucket on conflict do nothing`
  return { sql, parameters: parameters.values }
}

/** Keys of some buckets, as they were kept. */
export function keptKeySource(
  { tenant, run, check }: KeptKeys,
  { from, to }: BucketSpan,
): KeySource {
  return (
    side,
    parameters,
  ) => `(select u.k, d.first_row + u.place as seq, u.m from data_run_keys d, unnest(d.keys, d.places, d.measures) as u (k, place, m)
    where d.tenant = ${parameters.add(tenant, 'text')} and d.run = ${parameters.add(run, 'text')} and d.check_id = ${parameters.add(check, 'text')}
      and d.side = ${parameters.add(SIDES[side], 'smallint')} and d.bucket >= ${parameters.add(from, 'integer')} and d.bucket < ${parameters.add(to, 'integer')})`
}

/** Counted keys go. */
export function dropKeys({ tenant, run, check }: KeptKeys, { from, to }: BucketSpan): Statement {
  return {
    sql: 'delete from data_run_keys where tenant = $1 and run = $2 and check_id = $3 and bucket >= $4 and bucket < $5',
    parameters: [tenant, run, check, from, to],
  }
}
