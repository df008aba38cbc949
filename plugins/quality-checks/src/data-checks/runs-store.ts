import type { Context, EventWish, Statement } from '@signalbox/sdk'
import type { CheckResult } from './results-store.ts'
import type { RunPlan, RunProgress } from './run-plan.ts'
import type { BadRow, StepOutcome } from './step-outcome.ts'

type Port = Pick<Context, 'db' | 'tenant'>

export type RunState = 'running' | 'finished' | 'failed'

export interface StoredRun {
  readonly run: string
  readonly dataset: string
  readonly state: RunState
  readonly revision: number
  readonly plan: RunPlan
  readonly progress: RunProgress
  readonly problem: string | null
  readonly startedAt: string
  readonly touchedAt: string
  readonly finishedAt: string | null
}

interface RunRow {
  readonly run: string
  readonly dataset: string
  readonly state: RunState
  readonly revision: number
  readonly plan: RunPlan
  readonly progress: RunProgress
  readonly problem: string | null
  readonly started_at: string
  readonly touched_at: string
  readonly finished_at: string | null
}

const SELECT =
  'select run, dataset, state, revision, plan, progress, problem, started_at, touched_at, finished_at from data_runs where tenant = $1'

const runOf = (row: RunRow): StoredRun => ({
  run: row.run,
  dataset: row.dataset,
  state: row.state,
  revision: row.revision,
  plan: row.plan,
  progress: row.progress,
  problem: row.problem,
  startedAt: row.started_at,
  touchedAt: row.touched_at,
  finishedAt: row.finished_at,
})

export async function findRun(run: string, { db, tenant }: Port): Promise<StoredRun | undefined> {
  const { rows } = await db.query<RunRow>(`${SELECT} and run = $2`, [tenant, run])
  return rows[0] && runOf(rows[0])
}

export async function runningRun(
  dataset: string,
  { db, tenant }: Port,
): Promise<StoredRun | undefined> {
  const { rows } = await db.query<RunRow>(`${SELECT} and dataset = $2 and state = 'running'`, [
    tenant,
    dataset,
  ])
  return rows[0] && runOf(rows[0])
}

export async function listRuns(
  dataset: string,
  before: string | undefined,
  limit: number,
  { db, tenant }: Port,
): Promise<StoredRun[]> {
  const sql = `${SELECT} and dataset = $2 and ($3::timestamptz is null or started_at < $3::timestamptz) order by started_at desc, run limit $4`
  return (await db.query<RunRow>(sql, [tenant, dataset, before ?? null, limit])).rows.map(runOf)
}

/** @returns whether it is the one that runs: of a dataset there is one at a time, and of an id one ever */
export async function insertRun(
  run: string,
  plan: RunPlan,
  at: string,
  { db, tenant }: Port,
): Promise<boolean> {
  const sql = `insert into data_runs (tenant, run, dataset, state, revision, plan, progress, started_at, touched_at)
    values ($1, $2, $3, 'running', 1, $4::jsonb, $5::jsonb, $6::timestamptz, $6::timestamptz) on conflict do nothing`
  const progress: RunProgress = { step: 0, at: 0, tallies: {} }
  const values = [
    tenant,
    run,
    plan.definition.dataset,
    JSON.stringify(plan),
    JSON.stringify(progress),
    at,
  ]
  return (await db.query(sql, values)).rowCount === 1
}

/** @throws `CORE_SQL_ROWS_UNEXPECTED` where another call went on with the run meanwhile */
export async function saveProgress(
  { run, revision }: StoredRun,
  { progress, badRows, writes = [] }: StepOutcome,
  at: string,
  { db, tenant }: Port,
): Promise<void> {
  await db.transaction([
    {
      sql: `update data_runs set progress = $3::jsonb, revision = revision + 1, touched_at = $5::timestamptz
        where tenant = $1 and run = $2 and revision = $4 and state = 'running'`,
      parameters: [tenant, run, JSON.stringify(progress), revision, at],
      rows: 1,
    },
    ...(badRows.length > 0 ? [insertBadRows(run, badRows, tenant)] : []),
    ...writes,
  ])
}

function insertBadRows(run: string, badRows: readonly BadRow[], tenant: string): Statement {
  return {
    sql: `insert into data_bad_rows (tenant, run, check_id, place, shown)
      select $1, $2, "check", place, shown from jsonb_to_recordset($3::jsonb) as b ("check" text, place integer, shown jsonb) on conflict do nothing`,
    parameters: [tenant, run, JSON.stringify(badRows)],
  }
}

/** Results, states of checks and events with the end of the run, or none of them. */
export async function finishRun(
  { run, dataset, revision, plan }: StoredRun,
  results: readonly CheckResult[],
  at: string,
  events: readonly EventWish[],
  { db, tenant }: Port,
): Promise<void> {
  const rows = JSON.stringify(results)
  const fields =
    '("check" text, state text, assessed bigint, unexpected bigint, "passRate" double precision, value double precision, reason text)'
  await db.transaction(
    [
      {
        sql: `update data_runs set state = 'finished', revision = revision + 1, touched_at = $4::timestamptz, finished_at = $4::timestamptz
          where tenant = $1 and run = $2 and revision = $3 and state = 'running'`,
        parameters: [tenant, run, revision, at],
        rows: 1,
      },
      {
        sql: `insert into data_results (tenant, dataset, check_id, run, finished_at, state, assessed, unexpected, pass_rate, value, reason)
          select $1, $2, "check", $3, $4::timestamptz, state, assessed, unexpected, "passRate", value, reason
          from jsonb_to_recordset($5::jsonb) as r ${fields}`,
        parameters: [tenant, dataset, run, at, rows],
      },
      {
        sql: `update data_checks c set state = r.state, state_since = case when c.state is distinct from r.state then $2::timestamptz else c.state_since end
          from jsonb_to_recordset($3::jsonb) as r ${fields} where c.tenant = $1 and c.check_id = r."check" and r.state <> 'not-assessed'`,
        parameters: [tenant, at, rows],
      },
      {
        sql: 'update data_sets set checked_row = greatest(checked_row, $3) where tenant = $1 and dataset = $2',
        parameters: [tenant, dataset, plan.to],
      },
    ],
    { events },
  )
}

export async function failRun(
  run: string,
  problem: string,
  at: string,
  { db, tenant }: Port,
): Promise<void> {
  const sql = `update data_runs set state = 'failed', problem = $3, revision = revision + 1, touched_at = $4::timestamptz, finished_at = $4::timestamptz
    where tenant = $1 and run = $2 and state = 'running'`
  await db.query(sql, [tenant, run, problem, at])
}
