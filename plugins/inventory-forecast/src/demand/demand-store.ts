import { type Context, Refusal, type SqlValue, type Statement } from '@signalbox/sdk'
import { formatDay } from '../calendar/civil-day.ts'
import { instantText } from '../calendar/instant.ts'
import { type StockFact, shareOfDay } from './demand-facts.ts'
import { unitFactor } from './units.ts'

type Port = Pick<Context, 'db' | 'tenant'>

export interface SeriesKey {
  readonly sku: string
  readonly location: string
}

/** The unit a series is kept in: its item's, else that of what came first. */
async function unitOf(
  { db }: Pick<Port, 'db'>,
  { sku, location }: SeriesKey,
): Promise<string | undefined> {
  const { rows } = await db.query<{ unit: string }>(
    'select unit from series where sku = $1 and location = $2',
    [sku, location],
  )
  return rows[0]?.unit
}

/**
 * How many of the series' units one of the given unit is; 1 where the series is new and takes this one.
 * @throws UNIT_MISMATCH where the two do not measure the same: a wrong number is worse than none.
 */
export async function factorTo(
  port: Pick<Port, 'db'>,
  key: SeriesKey & { readonly unit: string },
): Promise<{ readonly unit: string; readonly factor: number }> {
  const unit = (await unitOf(port, key)) ?? key.unit
  const factor = unitFactor(key.unit, unit)
  if (factor === undefined) throw unitMismatch(key)
  return { unit, factor }
}

/** Makes the series known, and is refused (`rows`) where another call has just made it known in another unit. */
export function seriesStatements(
  tenant: string,
  { sku, location, unit }: SeriesKey & { readonly unit: string },
): Statement[] {
  return [
    {
      sql: 'insert into series (tenant, sku, location, unit) values ($1, $2, $3, $4) on conflict do nothing',
      parameters: [tenant, sku, location, unit],
    },
    {
      sql: 'select 1 as known from series where sku = $1 and location = $2 and unit = $3',
      parameters: [sku, location, unit],
      rows: 1,
    },
  ]
}

/** Of a fact that is new: its day's sums, the stock it tells, and that the series has changed from its day on. */
const RECORD = `
with fresh as (
  insert into movements (tenant, movement, source, event_id, sku, location, kind, delta, moved_at, day, lot)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $17) on conflict do nothing returning day
), summed as (
  insert into demand_days as d (tenant, sku, location, day, issued, returned, received, unmet, stocked_out,
                                stock_least, stock_last, stock_last_at, stock_last_by)
  select $1, $5, $6, day, $11::numeric, $12::numeric, $13::numeric, $15::numeric, $16::boolean, $14::numeric, $14::numeric,
         case when $14::numeric is not null then $9::timestamptz end, case when $14::numeric is not null then $2 end
    from fresh
  on conflict (tenant, sku, location, day) do update set
    issued = d.issued + excluded.issued,
    returned = d.returned + excluded.returned,
    received = d.received + excluded.received,
    unmet = d.unmet + excluded.unmet,
    stocked_out = d.stocked_out or excluded.stocked_out,
    stock_least = least(d.stock_least, excluded.stock_least),
    (stock_last, stock_last_at, stock_last_by) = (
      select case when newer then excluded.stock_last else d.stock_last end,
             case when newer then excluded.stock_last_at else d.stock_last_at end,
             case when newer then excluded.stock_last_by else d.stock_last_by end
        from (select excluded.stock_last_at is not null and (d.stock_last_at is null
                or (excluded.stock_last_at, excluded.stock_last_by) > (d.stock_last_at, d.stock_last_by)) as newer) n)
), told as (
  insert into stock_levels as l (tenant, sku, location, on_hand, told_at, told_by)
  select $1, $5, $6, $14::numeric, $9::timestamptz, $2 from fresh where $14::numeric is not null
  on conflict (tenant, sku, location) do update set on_hand = excluded.on_hand, told_at = excluded.told_at, told_by = excluded.told_by
  where (excluded.told_at, excluded.told_by) > (l.told_at, l.told_by)
)
update series set changes = changes + 1, dirty_from = least(dirty_from, fresh.day) from fresh where sku = $5 and location = $6`

/**
 * Records what moved, once, whatever comes how often and in which order. Quantities are in the series' unit.
 * @returns whether it was new. @throws UNIT_MISMATCH
 */
export async function recordFact(
  { db, tenant }: Port,
  fact: StockFact,
  day: number,
): Promise<boolean> {
  const { number, source, eventId, sku, location, kind, delta, atMs, stockAfter } = fact
  const { issued, returned, received, unmet } = shareOfDay(fact)
  const parameters: SqlValue[] = [tenant, number, source, eventId, sku, location, kind]
  parameters.push(String(delta), instantText(atMs), formatDay(day))
  parameters.push(String(issued), String(returned), String(received))
  parameters.push(stockAfter === undefined ? null : String(stockAfter), String(unmet))
  parameters.push(fact.stockedOut === true, fact.lot ?? null)
  const statements = [...seriesStatements(tenant, fact), { sql: RECORD, parameters }]
  if (stockAfter !== undefined && stockAfter < 0) {
    const details = { stock: stockAfter, number }
    statements.push(findingStatement(tenant, fact, 'STOCK_NEGATIVE', day, details))
  }
  const answers = await unitChecked(db.transaction(statements), fact)
  return answers[2]?.rowCount === 1
}

function findingStatement(
  tenant: string,
  { sku, location }: SeriesKey,
  code: string,
  day: number,
  details: SqlValue,
): Statement {
  return {
    sql: `insert into demand_findings (tenant, sku, location, code, day, details) values ($1, $2, $3, $4, $5, $6::jsonb)
          on conflict do nothing`,
    parameters: [tenant, sku, location, code, formatDay(day), JSON.stringify(details)],
  }
}

/** @throws UNIT_MISMATCH where another call made the series known in another unit meanwhile. */
export async function unitChecked<T>(
  work: Promise<T>,
  key: SeriesKey & { readonly unit: string },
): Promise<T> {
  try {
    return await work
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code !== 'CORE_SQL_ROWS_UNEXPECTED') throw error
    throw unitMismatch(key)
  }
}

function unitMismatch({ sku, location, unit }: SeriesKey & { readonly unit: string }): Refusal {
  return new Refusal(
    'UNIT_MISMATCH',
    `${sku} at ${location} is not measured in ${unit}: send quantities in a unit of the same dimension, or define the item in this one.`,
  )
}

/** Forgets numbers of movements that no event can repeat any more; a stock that was told stands without them. */
export async function forgetOldMovements({ db }: Port, before: string): Promise<void> {
  await db.query(
    `delete from movements where (tenant, movement) in (
       select m.tenant, m.movement from movements m join stock_levels l using (tenant, sku, location)
        where m.moved_at < $1 and m.moved_at < l.told_at limit 5000)`,
    [before],
  )
}
