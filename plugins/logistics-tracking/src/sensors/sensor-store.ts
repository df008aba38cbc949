import type { Context, Statement } from '@signalbox/sdk'
import type { SeriesReading } from './event-readings.ts'
import type { Reading } from './excursions.ts'
import type { Measure } from './measure.ts'
import type { AlarmRow } from './plan-alarms.ts'
import type { LimitScope, SensorLimit } from './sensor-limit.ts'

type Port = Pick<Context, 'db'>

interface LimitRow {
  readonly id: string
  readonly scope: LimitScope
  readonly value: string
  readonly measure: Measure
  readonly lower_limit: number | null
  readonly upper_limit: number | null
  readonly hysteresis: number
  readonly allowed_minutes: number
}

/** Of one tenant; more than anybody looks after by hand. */
export const MOST_LIMITS = 2000

export async function readLimits({ db }: Port, after = ''): Promise<readonly SensorLimit[]> {
  const { rows } = await db.query<LimitRow>(
    `select id, scope, value, measure, lower_limit, upper_limit, hysteresis, allowed_minutes
       from sensor_limits where id > $1 order by id limit ${MOST_LIMITS}`,
    [after],
  )
  return rows.map(({ lower_limit, upper_limit, allowed_minutes, ...row }) => ({
    ...row,
    allowedMinutes: allowed_minutes,
    ...(lower_limit === null ? {} : { lower: lower_limit }),
    ...(upper_limit === null ? {} : { upper: upper_limit }),
  }))
}

export async function writeLimit(
  { db, tenant }: Pick<Context, 'db' | 'tenant'>,
  limit: SensorLimit,
  by: string,
  now: number,
): Promise<void> {
  const { id, scope, value, measure, lower, upper, hysteresis, allowedMinutes } = limit
  await db.query(
    `insert into sensor_limits (tenant, id, scope, value, measure, lower_limit, upper_limit, hysteresis,
            allowed_minutes, set_by, set_ms)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
     on conflict (tenant, id) do update set lower_limit = excluded.lower_limit, upper_limit = excluded.upper_limit,
            hysteresis = excluded.hysteresis, allowed_minutes = excluded.allowed_minutes, set_by = excluded.set_by,
            set_ms = excluded.set_ms`,
    [
      ...[tenant, id, scope, value, measure, lower ?? null, upper ?? null, hysteresis],
      ...[allowedMinutes, by, now],
    ],
  )
}

export async function deleteLimit({ db }: Port, id: string): Promise<boolean> {
  const { rowCount } = await db.query('delete from sensor_limits where id = $1', [id])
  return rowCount > 0
}

export interface SeriesState {
  readonly revision: number
  readonly readings: readonly Reading[]
  readonly alarms: readonly AlarmRow[]
}

/** A day before the first new reading: an excursion that began earlier was told of, and is read from its begin. */
const LOOK_BACK_MS = 86_400_000
const MOST_READINGS = 9000

/** What the alarms of series follow from. @param from the first new reading of each */
export async function readSeries(
  { db }: Port,
  from: ReadonlyMap<string, number>,
): Promise<{ readonly states: ReadonlyMap<string, SeriesState>; readonly cut: boolean }> {
  const wanted = JSON.stringify(
    Array.from(from, ([series, at]) => ({ series, since: at - LOOK_BACK_MS })),
  )
  const columns = `jsonb_to_recordset($1::jsonb) as w (series text, since bigint)`
  const [series, readings, alarms] = await db.transaction<
    [
      { readonly series: string; readonly revision: number },
      { readonly series: string; readonly at_ms: number } & Omit<Reading, 'at'>,
      AlarmRow,
    ]
  >([
    {
      sql: `select s.series, s.revision from ${columns} join sensor_series s on s.series = w.series`,
      parameters: [wanted],
    },
    {
      sql: `select r.series, r.at_ms, r.value, r.low, r.high
              from ${columns} join sensor_readings r on r.series = w.series
              left join epcis_events e on e.event = r.source
             where e.erroneous is not true
               and r.at_ms >= least(w.since, (select min(a.since_ms) from sensor_alarms a
                                               where a.series = w.series and a.last_ms >= w.since))
             order by r.series, r.at_ms, r.source limit $2`,
      parameters: [wanted, MOST_READINGS + 1],
    },
    {
      sql: `select a.alarm, a.series, a.limit_id, a.since_ms, a.until_ms, a.last_ms, a.worst, a.minutes
              from ${columns} join sensor_alarms a on a.series = w.series
             where a.last_ms >= w.since order by a.alarm limit 500`,
      parameters: [wanted],
    },
  ])
  const states = new Map<string, SeriesState>()
  for (const { series: name, revision } of series.rows) {
    states.set(name, {
      revision,
      readings: readings.rows.filter((row) => row.series === name).map(reading),
      alarms: alarms.rows.filter((row) => row.series === name).map(alarmRow),
    })
  }
  return { states, cut: readings.rows.length > MOST_READINGS }
}

function reading({
  at_ms,
  value,
  low,
  high,
}: { readonly at_ms: number } & Omit<Reading, 'at'>): Reading {
  return { at: Number(at_ms), value, low, high }
}

function alarmRow(row: AlarmRow): AlarmRow {
  const { since_ms, until_ms, last_ms } = row
  return {
    ...row,
    since_ms: Number(since_ms),
    until_ms: until_ms === null ? null : Number(until_ms),
    last_ms: Number(last_ms),
  }
}

export interface TouchedSeries {
  readonly series: string
  readonly subject: string
  readonly device: string
  readonly measure: Measure
  readonly last_ms: number
  /** The revision that was read; 0 where there was none. */
  readonly seen: number
}

/** Of two that read the same revision, one gets CORE_SQL_ROWS_UNEXPECTED. */
export function touchSeries(tenant: string, rows: readonly TouchedSeries[]): Statement {
  return {
    sql: `insert into sensor_series (tenant, series, subject, device, measure, last_ms, revision)
          select $1, s.series, s.subject, s.device, s.measure, s.last_ms, 1
            from jsonb_to_recordset($2::jsonb) as s (series text, subject text, device text, measure text, last_ms bigint)
          on conflict (tenant, series) do update
             set revision = sensor_series.revision + 1, last_ms = greatest(sensor_series.last_ms, excluded.last_ms)
           where sensor_series.revision =
                 (select x.seen from jsonb_to_recordset($2::jsonb) as x (series text, seen int)
                   where x.series = excluded.series)`,
    parameters: [tenant, JSON.stringify(rows)],
    rows: rows.length,
  }
}

export function insertReadings(
  tenant: string,
  rows: readonly (SeriesReading & { readonly series: string })[],
): Statement {
  const kept = rows.map(({ series, at, source, value, low, high }) => ({
    ...{ series, at_ms: at, source, value, low, high },
  }))
  return {
    sql: `insert into sensor_readings (tenant, series, at_ms, source, value, low, high)
          select $1, r.series, r.at_ms, r.source, r.value, r.low, r.high
            from jsonb_to_recordset($2::jsonb) as r (series text, at_ms bigint, source text, value float8, low float8,
                 high float8)
          on conflict do nothing`,
    parameters: [tenant, JSON.stringify(kept)],
  }
}

export interface NewAlarm extends AlarmRow {
  readonly shipment: string
  readonly lower_limit: number | null
  readonly upper_limit: number | null
  readonly lots: readonly string[]
}

export function insertAlarms(tenant: string, rows: readonly NewAlarm[], now: number): Statement {
  return {
    sql: `insert into sensor_alarms (tenant, alarm, series, limit_id, shipment, since_ms, until_ms, last_ms, worst, minutes,
                 lower_limit, upper_limit, lots, raised_ms)
          select $1, a.alarm, a.series, a.limit_id, a.shipment, a.since_ms, a.until_ms, a.last_ms, a.worst, a.minutes,
                 a.lower_limit, a.upper_limit, a.lots, $3::bigint
            from jsonb_to_recordset($2::jsonb) as a (alarm text, series text, limit_id text, shipment text,
                 since_ms bigint, until_ms bigint, last_ms bigint, worst float8, minutes float8, lower_limit float8,
                 upper_limit float8, lots jsonb)`,
    parameters: [tenant, JSON.stringify(rows), now],
  }
}

export function updateAlarms(rows: readonly AlarmRow[]): Statement {
  return {
    sql: `update sensor_alarms a
             set since_ms = c.since_ms, until_ms = c.until_ms, last_ms = c.last_ms, worst = c.worst, minutes = c.minutes
            from jsonb_to_recordset($1::jsonb) as c (alarm text, since_ms bigint, until_ms bigint, last_ms bigint,
                 worst float8, minutes float8)
           where a.alarm = c.alarm`,
    parameters: [JSON.stringify(rows)],
  }
}
