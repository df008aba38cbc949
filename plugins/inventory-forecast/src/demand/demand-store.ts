import { type Context, Refusal, type SqlValue, type Statement } from '@signalbox/sdk'
import { formatDay } from '../calendar/civil-day.ts'
import { instantText } from '../calendar/instant.ts'
import { type StockFact, shareOfDay } from './demand-facts.ts'
import { findingStatement } from './findings.ts'
import { unitFactor } from './units.ts'

type Port = Pick<Context, 'db' | 'tenant'>

export interface SeriesKey {
  readonly sku: string
  readonly location: string
}

type Measured = SeriesKey & { readonly unit: string }

const GIVEN = 'jsonb_to_recordset($1::jsonb) as g (sku text, location text, unit text)'

/** Each series once, in one order, so that two calls that make the same ones known wait for each other instead of for ever. */
function distinctSeries(given: readonly Measured[]): readonly Measured[] {
  const byKey = new Map<string, Measured>()
  for (const { sku, location, unit } of given) {
    const key = seriesName({ sku, location })
    if (!byKey.has(key)) byKey.set(key, { sku, location, unit })
  }
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, series]) => series)
}

/** One text for each series, as maps know them by. */
export function seriesName({ sku, location }: SeriesKey): string {
  return JSON.stringify([sku, location])
}

/**
 * What is given, with the unit of its series (its item's, else that of what came first) and how many of these one of the given unit is.
 * @throws UNIT_MISMATCH where the two do not measure the same: a wrong number is worse than none.
 */
export async function inSeriesUnits<Given extends Measured>(
  { db }: Pick<Port, 'db'>,
  given: readonly Given[],
): Promise<readonly (Given & { readonly factor: number })[]> {
  const series = distinctSeries(given)
  const { rows } = await db.query<Measured>(
    `select s.sku, s.location, s.unit from series s join ${GIVEN} on s.sku = g.sku and s.location = g.location`,
    [JSON.stringify(series)],
  )
  const units = new Map([...series, ...rows].map((one) => [seriesName(one), one.unit]))
  return given.map((one) => {
    const unit = units.get(seriesName(one)) ?? one.unit
    const factor = unitFactor(one.unit, unit)
    if (factor === undefined) throw unitMismatch(one)
    return { ...one, unit, factor }
  })
}

/** The same of one. */
export async function factorTo(
  port: Pick<Port, 'db'>,
  { sku, location, unit }: Measured,
): Promise<{ readonly unit: string; readonly factor: number }> {
  const [found] = await inSeriesUnits(port, [{ sku, location, unit }])
  return found as { readonly unit: string; readonly factor: number }
}

/** Makes series known, and is refused (`rows`) where another call has just made one known in another unit. */
export function seriesStatements(tenant: string, given: readonly Measured[]): Statement[] {
  const series = distinctSeries(given)
  const json = JSON.stringify(series)
  return [
    {
      sql: `insert into series (tenant, sku, location, unit) select $2, g.sku, g.location, g.unit from ${GIVEN} on conflict do nothing`,
      parameters: [json, tenant],
    },
    {
      sql: `select 1 as known from series s join ${GIVEN} on s.sku = g.sku and s.location = g.location and s.unit = g.unit`,
      parameters: [json],
      rows: series.length,
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
  const statements = [...seriesStatements(tenant, [fact]), { sql: RECORD, parameters }]
  if (stockAfter !== undefined && stockAfter < 0) {
    const details = { stock: stockAfter, number }
    statements.push(findingStatement(tenant, fact, 'STOCK_NEGATIVE', formatDay(day), details))
  }
  const answers = await unitChecked(db.transaction(statements), fact)
  return answers[2]?.rowCount === 1
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

const FORGOTTEN_AT_ONCE = 5000
/** A night's share, within the deadline of a job: more than a large company moves in a day. */
const MOST_FORGOTTEN = 50_000

/** Forgets numbers of movements that no event can repeat any more; a stock that was told stands without them. */
export async function forgetOldMovements({ db }: Pick<Port, 'db'>, before: string): Promise<void> {
  for (let turn = 0; turn < MOST_FORGOTTEN / FORGOTTEN_AT_ONCE; turn++) {
    const { rowCount } = await db.query(
      `delete from movements where (tenant, movement) in (
         select m.tenant, m.movement from movements m join stock_levels l using (tenant, sku, location)
          where m.moved_at < $1 and m.moved_at < l.told_at limit ${FORGOTTEN_AT_ONCE})`,
      [before],
    )
    if (rowCount < FORGOTTEN_AT_ONCE) return
  }
}
