import type { Context } from '@signalbox/sdk'
import type { CheckState, NotAssessedReason, Value } from './data-check-types.ts'

type Port = Pick<Context, 'db' | 'tenant'>

export interface CheckResult {
  readonly check: string
  readonly run: string
  readonly at: string
  readonly state: CheckState
  readonly assessed: number
  readonly unexpected: number
  readonly passRate: number | null
  readonly value: number | null
  readonly reason: NotAssessedReason | null
}

interface ResultRow {
  readonly check_id: string
  readonly run: string
  readonly finished_at: string
  readonly state: CheckState
  readonly assessed: number | string
  readonly unexpected: number | string
  readonly pass_rate: number | null
  readonly value: number | null
  readonly reason: NotAssessedReason | null
}

const COLUMNS = 'check_id, run, finished_at, state, assessed, unexpected, pass_rate, value, reason'

const resultOf = (row: ResultRow): CheckResult => ({
  check: row.check_id,
  run: row.run,
  at: row.finished_at,
  state: row.state,
  assessed: Number(row.assessed),
  unexpected: Number(row.unexpected),
  passRate: row.pass_rate,
  value: row.value,
  reason: row.reason,
})

/** Values that earlier runs measured, the newest first. */
export async function valuesBefore(
  check: string,
  limit: number,
  { db, tenant }: Port,
): Promise<number[]> {
  const sql = `select value from data_results where tenant = $1 and check_id = $2 and value is not null
    order by finished_at desc, run limit $3`
  return (await db.query<{ value: number }>(sql, [tenant, check, limit])).rows.map(
    ({ value }) => value,
  )
}

/** Results of a check, the newest first, from before an instant on. */
export async function resultsOf(
  check: string,
  before: string | undefined,
  limit: number,
  { db, tenant }: Port,
): Promise<CheckResult[]> {
  const sql = `select ${COLUMNS} from data_results where tenant = $1 and check_id = $2 and ($3::timestamptz is null or finished_at < $3::timestamptz)
    order by finished_at desc, run limit $4`
  return (await db.query<ResultRow>(sql, [tenant, check, before ?? null, limit])).rows.map(resultOf)
}

/** The first results of a check that assessed something, the oldest first. */
export async function firstResults(
  check: string,
  limit: number,
  { db, tenant }: Port,
): Promise<CheckResult[]> {
  const sql = `select ${COLUMNS} from data_results where tenant = $1 and check_id = $2 and coalesce(value, pass_rate) is not null
    order by finished_at, run limit $3`
  return (await db.query<ResultRow>(sql, [tenant, check, limit])).rows.map(resultOf)
}

/** The newest result of each check of some datasets. */
export async function newestResults(
  datasets: readonly string[],
  { db, tenant }: Port,
): Promise<CheckResult[]> {
  const sql = `select r.* from data_checks c cross join lateral (
      select ${COLUMNS} from data_results where tenant = c.tenant and check_id = c.check_id order by finished_at desc, run limit 1
    ) r where c.tenant = $1 and c.dataset = any($2::text[])`
  return (await db.query<ResultRow>(sql, [tenant, datasets])).rows.map(resultOf)
}

export async function findResult(
  check: string,
  run: string | undefined,
  { db, tenant }: Port,
): Promise<CheckResult | undefined> {
  const sql = `select ${COLUMNS} from data_results where tenant = $1 and check_id = $2 and ($3::text is null or run = $3)
    order by finished_at desc, run limit 1`
  const { rows } = await db.query<ResultRow>(sql, [tenant, check, run ?? null])
  return rows[0] && resultOf(rows[0])
}

export async function badRowsOf(
  check: string,
  run: string,
  { db, tenant }: Port,
): Promise<Readonly<Record<string, Value>>[]> {
  const sql =
    'select shown from data_bad_rows where tenant = $1 and check_id = $2 and run = $3 order by place'
  return (await db.query<{ shown: Record<string, Value> }>(sql, [tenant, check, run])).rows.map(
    ({ shown }) => shown,
  )
}
