import type { Context, Statement } from '@signalbox/sdk'
import { formatDay } from '../calendar/civil-day.ts'
import type { SeriesKey } from '../demand/demand-store.ts'
import { type PeriodKind, periodRules } from '../demand/period-rules.ts'
import type { Now } from '../planning/clock.ts'
import { type ClosedPeriod, MONITORED_PERIODS } from '../planning/monitor.ts'
import type { ComingPeriod } from '../planning/plan-series.ts'
import type { SeriesState } from '../planning/planning-store.ts'
import type { ForecastRow, StoredForecast } from '../planning/stored-forecast.ts'
import { alarmsOf, type StockLook, stockSummary } from '../suggestions/stock-look.ts'

interface PointRow {
  readonly starts: string
  readonly statistical: number
  readonly actual: number | null
}

/** Points that are not over by what is known, and the last ones that are. */
export async function readPoints(
  { db }: Pick<Context, 'db'>,
  { sku, location }: SeriesKey,
  period: PeriodKind,
  before: string,
): Promise<readonly PointRow[]> {
  const { rows } = await db.query<PointRow>(
    `select starts::text as starts, statistical, actual from forecast_points
      where sku = $1 and location = $2 and period = $3 and starts < $4::date order by forecast_points.starts desc limit 200`,
    [sku, location, period, before],
  )
  return [...rows].reverse()
}

/** What the monitor looks at: closed periods, the newest last. */
export function closedPeriods(
  points: readonly PointRow[],
  actual: ReadonlyMap<string, number>,
): readonly ClosedPeriod[] {
  return points
    .flatMap(({ starts, statistical, actual: kept }) => {
      const known = actual.get(starts) ?? kept
      return known === null ? [] : [{ forecast: statistical, actual: known }]
    })
    .slice(-MONITORED_PERIODS)
}

interface Plan {
  readonly key: SeriesKey
  readonly run: string
  readonly state: SeriesState
  readonly forecast: Omit<ForecastRow, 'told'>
  readonly coming: readonly ComingPeriod[]
  readonly closed: readonly { readonly starts: string; readonly actual: number }[]
  readonly look: StockLook
  readonly now: Now
}

/** All that a run found of one series. A mark that came since it was read stays. */
export function planStatements(tenant: string, plan: Plan): Statement[] {
  const { key, state, closed } = plan
  const { sku, location } = key
  return [
    forecastStatement(tenant, plan),
    pointsStatement(tenant, plan),
    ...(closed.length === 0
      ? []
      : [
          {
            sql: `update forecast_points p set actual = c.actual from jsonb_to_recordset($4::jsonb) as c (starts date, actual float8)
                   where p.sku = $1 and p.location = $2 and p.period = $3 and p.starts = c.starts`,
            parameters: [sku, location, plan.forecast.period, JSON.stringify(closed)],
          },
        ]),
    {
      sql: 'update series set dirty_from = null where sku = $1 and location = $2 and changes = $3',
      parameters: [sku, location, state.changes],
    },
  ]
}

function forecastStatement(
  tenant: string,
  { key, run, state, forecast, look, now }: Plan,
): Statement {
  const {
    mean,
    quantiles,
    accuracy,
    models,
    notes,
    historyEnd,
    period,
    method,
    description,
    fit,
    updates,
    changes,
    monitor,
  } = forecast
  const stored: StoredForecast = {
    ...{ mean, quantiles, accuracy, models, notes },
    ...(forecast.counts === undefined ? {} : { counts: forecast.counts }),
    ...(forecast.nature === undefined ? {} : { nature: forecast.nature }),
  }
  const alarms = alarmsOf(look)
  return {
    sql: `insert into forecasts (tenant, sku, location, run, planned_on, history_end, period, method, description, fit, updates, forecast,
                                 changes, monitor, stock, risk, is_below, is_at_risk, is_excess,
                                 yearly_demand, variation, demand_class)
          values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13::jsonb, $14::jsonb, $15::jsonb, $16, $17, $18, $19, $20, $21, $22)
          on conflict (tenant, sku, location) do update set run = excluded.run, planned_on = excluded.planned_on,
            history_end = excluded.history_end, period = excluded.period, method = excluded.method, description = excluded.description,
            fit = excluded.fit, updates = excluded.updates, forecast = excluded.forecast, changes = excluded.changes,
            monitor = excluded.monitor, stock = excluded.stock, risk = excluded.risk, is_below = excluded.is_below,
            is_at_risk = excluded.is_at_risk, is_excess = excluded.is_excess,
            yearly_demand = excluded.yearly_demand, variation = excluded.variation, demand_class = excluded.demand_class`,
    parameters: [
      ...[
        tenant,
        key.sku,
        key.location,
        run,
        formatDay(now.today),
        formatDay(historyEnd),
        period,
        method,
        description,
        fit,
        updates,
      ],
      ...[
        JSON.stringify(stored),
        JSON.stringify(changes),
        JSON.stringify(monitor),
        JSON.stringify(stockSummary(state, look)),
      ],
      ...[look.figures?.stockoutProbability ?? 0, alarms.isBelow, alarms.isAtRisk, alarms.isExcess],
      ...[
        yearlyDemand(mean, period),
        forecast.nature?.variation ?? null,
        forecast.nature?.class ?? null,
      ],
    ],
  }
}

function yearlyDemand(mean: readonly number[], period: PeriodKind): number {
  return mean.reduce((sum, value) => sum + value / mean.length, 0) * periodRules[period].perYear
}

/** A period's point is written until the period begins: what stands then is what is held against what comes. */
function pointsStatement(tenant: string, { key, run, forecast, coming, now }: Plan): Statement {
  const points = coming
    // The first forecast of a series also covers the period in progress; later ones leave it as it was said.
    .filter(({ start }, h) => start > now.today || h === 0)
    .map(({ start, statistical, planned, quantiles, override }) => ({
      ...{ starts: formatDay(start), statistical, planned, quantiles },
      ...(override === undefined ? {} : { override }),
      is_begun: start <= now.today,
    }))
  return {
    sql: `insert into forecast_points as p (tenant, sku, location, starts, period, run, statistical, planned, override, quantiles)
          select $1, $2, $3, n.starts, $4, $5, n.statistical, n.planned, n.override, n.quantiles
            from jsonb_to_recordset($6::jsonb) as n (starts date, statistical float8, planned float8, override text, quantiles jsonb, is_begun boolean)
          on conflict (tenant, sku, location, period, starts) do update set run = excluded.run, statistical = excluded.statistical,
            planned = excluded.planned, override = excluded.override, quantiles = excluded.quantiles
          where p.actual is null and p.starts > $7::date`,
    parameters: [
      tenant,
      key.sku,
      key.location,
      forecast.period,
      run,
      JSON.stringify(points),
      formatDay(now.today),
    ],
  }
}
