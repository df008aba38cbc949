import { type Context, Refusal } from '@signalbox/sdk'
import { formatDay } from '../calendar/civil-day.ts'
import { dayOfText } from '../calendar/instant.ts'
import { nowOf } from '../planning/clock.ts'
import {
  inSeriesUnits,
  type SeriesKey,
  seriesName,
  seriesStatements,
  unitChecked,
} from './demand-store.ts'
import { converted } from './units.ts'

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
  const rows = (await inSeriesUnits(ctx, days)).map(inUnit)
  const [one] = rows
  if (one === undefined) return { recorded: 0, series: 0 }
  await unitChecked(
    db.transaction([
      ...seriesStatements(tenant, rows),
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
  return { recorded: rows.length, series: new Set(rows.map(seriesName)).size }
}

/** Twenty years: no forecast looks so far back, and a year that is mistyped would lose its demand in silence. */
const OLDEST_DAYS = 7305

/** @throws DATE_INVALID, DAY_IN_FUTURE, DAY_TOO_OLD, DAY_TWICE */
function refuseDays(days: readonly LoadedDay[], today: number): void {
  const seen = new Set<string>()
  for (const day of days) {
    const place = `${seriesName(day)} ${day.day}`
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

function inUnit(given: LoadedDay & { readonly factor: number }) {
  const { sku, location, day, quantity, unit, factor, stockedOut } = given
  return {
    ...{ sku, location, unit, day: formatDay(dayOfText(day)) },
    ...{ quantity: converted(quantity, factor), out: stockedOut === true },
  }
}
