import type { Context, Statement } from '@signalbox/sdk'
import type { Gauge } from './gauge.ts'

type Port = Pick<Context, 'db' | 'tenant'>

export interface GaugeRow extends Gauge {
  readonly name: string
  readonly kind: string
  readonly intervalDays: number
  readonly revision: number
}

export interface Calibration {
  readonly id: string
  readonly doneOn: string
  readonly result: 'passed' | 'adjusted' | 'failed'
  readonly dueOn: string | null
  readonly certificate: string | null
  readonly note: string | null
}

const columns =
  'gauge, name, kind, state, due_on::text as "dueOn", interval_days as "intervalDays", revision'

export async function findGauge({ db }: Port, gauge: string): Promise<GaugeRow | undefined> {
  const { rows } = await db.query<GaugeRow>(`select ${columns} from gauges where gauge = $1`, [
    gauge,
  ])
  return rows[0]
}

/** @returns whether it is new */
export async function insertGauge(
  { db, tenant }: Port,
  gauge: Omit<GaugeRow, 'revision' | 'state'>,
  at: string,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into gauges (tenant, gauge, name, kind, interval_days, due_on, state, revision, created_at)
     values ($1, $2, $3, $4, $5, $6, 'in-use', 1, $7) on conflict do nothing`,
    [tenant, gauge.gauge, gauge.name, gauge.kind, gauge.intervalDays, gauge.dueOn, at],
  )
  return rowCount === 1
}

export interface GaugeFilter {
  /** Overdue and never calibrated ones, as of this day. */
  readonly overdueOn: string | null
  readonly dueBefore: string | null
  readonly after: string
  readonly limit: number
}

export async function listGauges(
  { db }: Port,
  { overdueOn, dueBefore, after, limit }: GaugeFilter,
): Promise<readonly GaugeRow[]> {
  const { rows } = await db.query<GaugeRow>(
    `select ${columns} from gauges
      where gauge > $1
        and ($2::date is null or (state = 'in-use' and (due_on is null or due_on < $2)))
        and ($3::date is null or (state = 'in-use' and (due_on is null or due_on < $3)))
      order by gauge limit $4`,
    [after, overdueOn, dueBefore, limit],
  )
  return rows
}

export async function listCalibrations(
  { db }: Port,
  gauge: string,
): Promise<readonly Calibration[]> {
  const { rows } = await db.query<Calibration>(
    `select id, done_on::text as "doneOn", result, due_on::text as "dueOn", certificate, note
       from gauge_calibrations where gauge = $1 order by done_on desc, recorded_at desc limit 100`,
    [gauge],
  )
  return rows
}

/** The gauge is as its newest calibration says, also when an older one is told late. */
export async function keepCalibration(
  { db, tenant }: Port,
  gauge: GaugeRow,
  calibration: Calibration,
  { isNewest, by, at }: { readonly isNewest: boolean; readonly by: string; readonly at: string },
): Promise<void> {
  const { id, doneOn, result, dueOn, certificate, note } = calibration
  const kept: Statement = {
    sql: `insert into gauge_calibrations (tenant, gauge, id, done_on, result, due_on, certificate, note, recorded_by, recorded_at)
          values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    parameters: [tenant, gauge.gauge, id, doneOn, result, dueOn, certificate, note, by, at],
  }
  const state = result === 'failed' ? 'blocked' : 'in-use'
  const moved: Statement = {
    sql: 'update gauges set state = $3, due_on = $4, revision = revision + 1 where gauge = $1 and revision = $2',
    parameters: [gauge.gauge, gauge.revision, state, dueOn],
    rows: 1,
  }
  await db.transaction(isNewest ? [kept, moved] : [kept])
}

/** Measurements between two days, which a failed calibration puts in doubt. */
export async function countMeasurements(
  { db }: Port,
  gauge: string,
  since: string | null,
): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `select count(*)::integer as count from measurements
      where gauge = $1 and ($2::date is null or measured_at >= $2)`,
    [gauge, since],
  )
  return rows[0]?.count ?? 0
}

/** @returns whether it was in use or blocked */
export async function retire({ db }: Port, gauge: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `update gauges set state = 'retired', revision = revision + 1 where gauge = $1 and state <> 'retired'`,
    [gauge],
  )
  return rowCount === 1
}
