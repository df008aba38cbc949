import type { Context, EventWish, Statement } from '@signalbox/sdk'
import { formatDay } from '../calendar/civil-day.ts'
import type { SeriesKey } from '../demand/demand-store.ts'
import type { Now } from '../planning/clock.ts'
import type { Work } from '../planning/plan-series.ts'
import { toldTransaction } from '../planning/told-transaction.ts'

type Port = Pick<Context, 'db' | 'tenant'>

export type RunState = 'running' | 'completed'

export interface Run {
  readonly id: string
  readonly state: RunState
  readonly kind: 'nightly' | 'asked'
  readonly full_refit: boolean
  readonly requested_by: string
  readonly started_at: string
  readonly progressed_at: string
  readonly finished_at: string | null
  readonly cursor_sku: string
  readonly cursor_location: string
  readonly step: number
  readonly total: number
  readonly refitted: number
  readonly updated: number
  readonly kept: number
  readonly failed: number
  readonly methods_changed: number
  readonly bias_alarms: number
  readonly suggested: number
  /** How many chunks began with the step that the run is at. */
  readonly begun_times: number
}

const COLUMNS = `id, state, kind, full_refit, requested_by, started_at, progressed_at, finished_at, cursor_sku, cursor_location, step,
  total, refitted, updated, kept, failed, methods_changed, bias_alarms, suggested, begun_times`

/** @returns false where another run is at work: a tenant has one. */
export async function insertRun(
  { db, tenant }: Port,
  run: Pick<Run, 'id' | 'kind' | 'full_refit' | 'requested_by'>,
  now: Now,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into runs (tenant, id, state, kind, full_refit, planned_on, requested_by, started_at, progressed_at, total)
     select $1, $2, 'running', $3, $4, $5, $6, $7, $7, count(*)::int from series on conflict do nothing`,
    [tenant, run.id, run.kind, run.full_refit, formatDay(now.today), run.requested_by, now.instant],
  )
  return rowCount === 1
}

/** Takes back a run that no chunk has begun with. */
export async function forgetUnbegun({ db }: Pick<Port, 'db'>, { id }: Run): Promise<void> {
  await db.query('delete from runs where id = $1 and step = 0 and begun_times = 0', [id])
}

export async function readRun({ db }: Pick<Port, 'db'>, id: string): Promise<Run | undefined> {
  const { rows } = await db.query<Run>(`select ${COLUMNS} from runs where id = $1`, [id])
  return rows[0]
}

/** The run as a chunk finds it, with the mark that one more begins at its step. @returns undefined where it is over. */
export async function beginChunk({ db }: Pick<Port, 'db'>, id: string): Promise<Run | undefined> {
  const { rows } = await db.query<Run>(
    `update runs set begun_times = case when begun_step = step then begun_times + 1 else 1 end, begun_step = step
      where id = $1 and state = 'running' returning ${COLUMNS}`,
    [id],
  )
  return rows[0]
}

export async function runAtWork({ db }: Pick<Port, 'db'>): Promise<Run | undefined> {
  const { rows } = await db.query<Run>(`select ${COLUMNS} from runs where state = 'running'`)
  return rows[0]
}

/** The newest first; behind `before`, an instant and an id. */
export async function listRuns(
  { db }: Pick<Port, 'db'>,
  limit: number,
  before: readonly [string, string] | undefined,
): Promise<readonly Run[]> {
  const { rows } = await db.query<Run>(
    `select ${COLUMNS} from runs where $2::timestamptz is null or (started_at, id) < ($2::timestamptz, $3)
      order by started_at desc, id desc limit $1`,
    [limit, before?.[0] ?? null, before?.[1] ?? null],
  )
  return rows
}

/** The series behind the run's cursor. */
export async function nextSeries(
  { db }: Pick<Port, 'db'>,
  { cursor_sku, cursor_location }: Run,
  limit: number,
): Promise<readonly SeriesKey[]> {
  const { rows } = await db.query<{ sku: string; location: string }>(
    'select sku, location from series where (sku, location) > ($1, $2) order by sku, location limit $3',
    [cursor_sku, cursor_location, limit],
  )
  return rows
}

export interface SeriesOutcome {
  readonly work: Work | 'failed'
  readonly isMethodChanged: boolean
  readonly isAlarmRaised: boolean
  readonly isSuggested: boolean
}

/** Moves the run past a series, once: whoever else did so already undoes the transaction that this stands in. */
export function stepStatement(
  run: Run,
  { sku, location }: SeriesKey,
  outcome: SeriesOutcome,
  now: Now,
): Statement {
  const { work, isMethodChanged, isAlarmRaised, isSuggested } = outcome
  const counted = { refit: 'refitted', update: 'updated', keep: 'kept', failed: 'failed' }[work]
  return {
    sql: `update runs set step = step + 1, cursor_sku = $3, cursor_location = $4, progressed_at = $5, ${counted} = ${counted} + 1,
                 methods_changed = methods_changed + $6, bias_alarms = bias_alarms + $7, suggested = suggested + $8
           where id = $1 and step = $2 and state = 'running'`,
    parameters: [
      run.id,
      run.step,
      sku,
      location,
      now.instant,
      Number(isMethodChanged),
      Number(isAlarmRaised),
      Number(isSuggested),
    ],
    rows: 1,
  }
}

/** The run as it is after `stepStatement`. */
export function stepped(run: Run, { sku, location }: SeriesKey): Run {
  return { ...run, step: run.step + 1, cursor_sku: sku, cursor_location: location }
}

/** Ends a run that has no series left, and tells of it. */
export async function completeRun(
  ctx: Pick<Context, 'db' | 'log'>,
  run: Run,
  now: Now,
): Promise<void> {
  const seen = (await readRun(ctx, run.id)) ?? run
  const { refitted, updated, kept, failed, started_at } = seen
  const done: Statement = {
    sql: `update runs set state = 'completed', finished_at = $3 where id = $1 and step = $2 and state = 'running'`,
    parameters: [run.id, seen.step, now.instant],
    rows: 1,
  }
  const event: EventWish = {
    type: 'inventory.forecast.completed',
    data: {
      ...{ run: run.id, startedAt: started_at, finishedAt: now.instant },
      ...{ series: refitted + updated + kept + failed, refitted, updated, failed },
    },
    key: run.id,
    id: `completed-${run.id}`,
  }
  await toldTransaction(ctx, [done], [event])
}
