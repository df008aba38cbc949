import { type Context, Refusal, type SqlValue } from '@signalbox/sdk'
import { formatDay } from '../calendar/civil-day.ts'
import { dayOfText } from '../calendar/instant.ts'
import { nowOf } from '../planning/clock.ts'
import { type SeriesKey, unitChecked } from './demand-store.ts'
import { converted, unitFactor } from './units.ts'

interface LoadedDay extends SeriesKey {
  readonly day: string
  readonly quantity: number
  readonly unit: string
  readonly stockedOut?: boolean
}

/**
 * Loads days of a history. A loaded day stands for the whole day, beside whatever events tell of it; loaded again it is corrected.
 * All of the batch, or nothing of it.
 */
export async function recordDemand(
  { days }: { readonly days: readonly LoadedDay[] },
  ctx: Context,
) {
  const { db, tenant } = ctx
  refuseDays(days, nowOf(ctx).today)
  const units = await unitsOf(ctx, days)
  const rows = days.map((day) => inUnitOf(day, units.get(keyOf(day)) ?? day.unit))
  const first = new Map<string, { sku: string; location: string; unit: string; day: string }>()
  for (const { sku, location, unit, day } of rows) {
    const known = first.get(keyOf({ sku, location }))
    if (known !== undefined && known.unit !== unit) throw mixed({ sku, location })
    if (known === undefined || day < known.day)
      first.set(keyOf({ sku, location }), { sku, location, unit, day })
  }
  const series = [...first.values()]
  const [one] = series
  if (one === undefined) return { recorded: 0, series: 0 }
  const seriesJson = JSON.stringify(series)
  const given = 'jsonb_to_recordset($1::jsonb) as g (sku text, location text, unit text, day date)'
  await unitChecked(
    db.transaction([
      {
        sql: `insert into series (tenant, sku, location, unit) select $2, g.sku, g.location, g.unit from ${given} on conflict do nothing`,
        parameters: [seriesJson, tenant],
      },
      {
        sql: `select 1 as same from series s join ${given} on s.sku = g.sku and s.location = g.location and s.unit = g.unit`,
        parameters: [seriesJson],
        rows: series.length,
      },
      {
        sql: `with changed as (
                insert into demand_days as d (tenant, sku, location, day, loaded, loaded_out)
                select $2, g.sku, g.location, g.day, g.quantity, g.out
                  from jsonb_to_recordset($1::jsonb) as g (sku text, location text, day date, quantity numeric, out boolean)
                on conflict (tenant, sku, location, day) do update set loaded = excluded.loaded, loaded_out = excluded.loaded_out
                where (d.loaded, d.loaded_out) is distinct from (excluded.loaded, excluded.loaded_out)
                returning sku, location, day
              ), since as (select sku, location, min(changed.day) as day from changed group by sku, location)
              update series s set changes = s.changes + 1, dirty_from = least(s.dirty_from, since.day) from since
               where s.sku = since.sku and s.location = since.location`,
        parameters: [JSON.stringify(rows), tenant],
      },
    ]),
    one,
  )
  return { recorded: rows.length, series: series.length }
}

/** Twenty years: no forecast looks so far back, and a year that is mistyped would lose its demand in silence. */
const OLDEST_DAYS = 7305

/** @throws DATE_INVALID, DAY_IN_FUTURE, DAY_TOO_OLD, DAY_TWICE */
function refuseDays(days: readonly LoadedDay[], today: number): void {
  const seen = new Set<string>()
  for (const day of days) {
    const place = `${keyOf(day)} ${day.day}`
    if (dayOfText(day.day) > today) {
      throw new Refusal(
        'DAY_IN_FUTURE',
        `${day.day} is not over: demand is what was, not what is planned.`,
      )
    }
    if (dayOfText(day.day) < today - OLDEST_DAYS) {
      throw new Refusal(
        'DAY_TOO_OLD',
        `${day.day} is more than twenty years ago: is its year mistyped?`,
      )
    }
    if (seen.has(place))
      throw new Refusal(
        'DAY_TWICE',
        `${day.sku} at ${day.location} has ${day.day} twice: send each day once.`,
      )
    seen.add(place)
  }
}

async function unitsOf(
  { db }: Pick<Context, 'db'>,
  days: readonly LoadedDay[],
): Promise<ReadonlyMap<string, string>> {
  const keys = [
    ...new Map(
      days.map(({ sku, location }) => [keyOf({ sku, location }), { sku, location }]),
    ).values(),
  ]
  const { rows } = await db.query<SeriesKey & { readonly unit: string }>(
    `select s.sku, s.location, s.unit from series s join jsonb_to_recordset($1::jsonb) as g (sku text, location text)
         on g.sku = s.sku and g.location = s.location`,
    [JSON.stringify(keys) satisfies SqlValue],
  )
  return new Map(rows.map((row) => [keyOf(row), row.unit]))
}

function inUnitOf(
  { sku, location, day, quantity, unit: given, stockedOut }: LoadedDay,
  unit: string,
) {
  const factor = unitFactor(given, unit)
  if (factor === undefined) {
    throw new Refusal(
      'UNIT_MISMATCH',
      `${sku} at ${location} is kept in ${unit}, and ${given} measures something else.`,
    )
  }
  return {
    sku,
    location,
    unit,
    day: formatDay(dayOfText(day)),
    quantity: converted(quantity, factor),
    out: stockedOut === true,
  }
}

function mixed({ sku, location }: SeriesKey): Refusal {
  return new Refusal(
    'UNIT_MISMATCH',
    `${sku} at ${location} comes in two units: a new series takes one.`,
  )
}

function keyOf({ sku, location }: SeriesKey): string {
  return JSON.stringify([sku, location])
}
