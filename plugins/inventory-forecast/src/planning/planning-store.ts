import type { Context, Statement } from '@signalbox/sdk'
import { type Day, formatDay } from '../calendar/civil-day.ts'
import { dayOfText, msOfInstant } from '../calendar/instant.ts'
import type { DemandDay } from '../demand/demand-series.ts'
import type { SeriesKey } from '../demand/demand-store.ts'
import type { PeriodKind } from '../demand/period-rules.ts'
import { type ItemSettings, settingsOf } from '../items/item-settings.ts'
import type { OverrideSpan } from '../overrides/apply-overrides.ts'
import type { ObservedLeadTimes } from '../suggestions/lead-time.ts'
import type { StockFigures } from '../suggestions/stock-figures.ts'
import type { ForecastRow, StoredForecast } from './stored-forecast.ts'
import type { PromotionSpan } from './wanted-demand.ts'

type Port = Pick<Context, 'db'>

export interface OpenSuggestion {
  readonly id: string
  readonly revision: number
  readonly quantity: number
  readonly orderBy: Day
  readonly expiresOn: Day
}

/** All that planning knows of one series, but for its days. */
export interface SeriesState {
  readonly unit: string
  readonly dirtyFrom?: Day
  /** How often it has changed; what is written on the ground of this state clears no later mark. */
  readonly changes: number
  /** Undefined: nobody defined the item here. */
  readonly settings?: ItemSettings
  readonly forecast?: ForecastRow
  readonly stock: StockFigures
  readonly leadTimes: ObservedLeadTimes
  /** Customers' orders that are not served yet, the oldest first. */
  readonly waiting: readonly string[]
  readonly promotions: readonly PromotionSpan[]
  readonly overrides: readonly OverrideSpan[]
  readonly open?: OpenSuggestion
}

const LEAD_TIMES_LOOKED_AT = 20
const WAITING_DAYS = 61

const SERIES = `
select s.unit, s.dirty_from::text as dirty_from, s.changes as seen, i.settings,
       f.run, f.history_end::text as history_end, f.period, f.method, f.description, f.fit, f.updates, f.forecast, f.changes,
       f.monitor, f.is_below, f.is_at_risk, f.is_excess
  from series s left join items i on i.sku = s.sku and i.location = s.location
  left join forecasts f on f.sku = s.sku and f.location = s.location
 where s.sku = $1 and s.location = $2`

/** The figure that was told last, and what moved after it. */
const ON_HAND = `
select (l.on_hand + coalesce((select sum(m.delta) from movements m where m.sku = l.sku and m.location = l.location
         and (m.moved_at, m.movement) > (l.told_at, l.told_by)), 0))::float8 as on_hand
  from stock_levels l where l.sku = $1 and l.location = $2`

/**
 * A lot is on the shelf once a movement brought it in, or stock was told after it arrived. Of what quality keeps there, what left
 * as scrap or back to the supplier is gone. A lot that waits for the shelf is on its way, but for what is rejected.
 */
const LOTS = `
with lots as (
  select r.lot, sum(r.quantity) as received, min(r.received_at) as received_at from receipts r
   where r.sku = $1 and r.location = $2 group by r.lot
), known as (
  select coalesce(l.lot, q.lot) as lot, coalesce(l.received, 0) as received, coalesce(q.rejected, 0) as rejected, coalesce(q.held, 0) as held,
         l.lot is null
           or exists (select from stock_levels t where t.sku = $1 and t.location = $2 and t.told_at > l.received_at)
           or exists (select from movements m where m.lot = l.lot and m.sku = $1 and m.location = $2 and m.delta > 0)
           or exists (select from movements m where m.sku = $1 and m.location = $2 and m.delta > 0 and m.lot is null
                        and m.kind = 'receipt' and m.moved_at >= l.received_at) as is_shelved,
         coalesce((select sum(-m.delta) from movements m where m.lot = coalesce(l.lot, q.lot) and m.sku = $1 and m.location = $2
                     and m.delta < 0 and m.kind in ('scrap', 'transfer-out', 'adjustment')), 0) as gone
    from lots l full join (select * from quality_lots where sku = $1 and (location = $2 or (location is null and lot in (select lot from lots)))) q
      on q.lot = l.lot
)
select coalesce(sum(greatest(rejected + held - gone, 0)) filter (where is_shelved), 0)::float8 as unusable,
       (count(*) filter (where is_shelved and rejected + held - gone > 0))::int as unusable_lots,
       coalesce(sum(greatest(received - rejected, 0)) filter (where not is_shelved), 0)::float8 as waiting
  from known`

/**
 * What purchase orders have not brought yet, and when the next of it is due: as logistics says of a shipment that is on its
 * way, else as the order does.
 */
const ON_ORDER = `
with lines as (
  select p.order_no, coalesce(c.quantity * p.factor::numeric, p.quantity) as quantity, coalesce(c.due, p.due) as due
    from purchase_lines p left join purchase_changes c on c.order_no = p.order_no and c.line = p.line
   where p.sku = $1 and p.location = $2
), orders as (
  select order_no, coalesce((select min(s.expected_on) from shipments s where s.order_no = lines.order_no and s.delivered_at is null),
                            min(due)) as due,
         sum(quantity) - coalesce((select sum(r.quantity) from receipts r
           where r.order_no = lines.order_no and r.sku = $1 and r.location = $2), 0) as missing
    from lines group by order_no
), loose as (
  select min(s.expected_on) as due from shipments s join shipment_items i on i.shipment = s.shipment
   where i.sku = $1 and i.location in ('', $2) and s.order_no is null and s.delivered_at is null and s.expected_on >= $3::date
)
select coalesce(sum(missing), 0)::float8 as on_order, least(min(due), (select due from loose))::text as next_due from orders where missing > 0`

/** From purchase order to its first receipt; an order whose shipment was delivered has arrived, also where nobody booked it yet. */
const LEAD_TIMES = `
select (extract(epoch from arrived.at - p.placed_at) / 86400)::float8 as days
  from (select order_no, min(placed_at) as placed_at from purchase_lines where sku = $1 and location = $2 group by order_no) p
  cross join lateral (
    select coalesce((select min(r.received_at) from receipts r where r.order_no = p.order_no and r.sku = $1 and r.location = $2),
                    (select min(s.delivered_at) from shipments s where s.order_no = p.order_no)) as at) arrived
 where arrived.at >= p.placed_at
 order by p.placed_at desc limit ${LEAD_TIMES_LOOKED_AT}`

/** Of shipments with the item; where shipments tell no items, of its supplier. */
const TRANSPORTS = `
select s.days from shipments s
 where s.days is not null and (
   exists (select from shipment_items i where i.shipment = s.shipment and i.sku = $1 and i.location in ('', $2))
   or exists (select from purchase_lines p where p.order_no = s.order_no and p.sku = $1 and p.location = $2)
   or (not exists (select from shipment_items i where i.shipment = s.shipment) and s.order_no is null
       and s.supplier = (select settings->>'supplier' from items where sku = $1 and location = $2)))
 order by s.delivered_at desc limit ${LEAD_TIMES_LOOKED_AT}`

/**
 * Customers' orders that wait: neither cancelled nor told as sent, and not covered by what left the stock since the oldest of
 * them, which serves first what was told as sent, then the oldest. Orders of more than two months ago are taken as served.
 */
const WAITING = `
with lines as (
  select l.order_no, l.line, l.day, l.quantity,
         exists (select from order_shipments h where h.order_no = l.order_no and h.line in ('', l.line)) as is_sent
    from order_lines l
   where l.sku = $1 and l.location = $2 and l.day >= $3::date and l.quantity > 0
     and not exists (select from order_cancellations c where c.order_no = l.order_no and c.line in ('', l.line))
), served as (
  select coalesce(sum(issued), 0) as quantity from demand_days
   where sku = $1 and location = $2 and day >= (select min(day) from lines)
), sums as (
  select *, sum(quantity) over (order by is_sent desc, day, order_no, line) as so_far from lines
)
select sums.order_no from sums, served where not is_sent and so_far > served.quantity
 group by sums.order_no order by min(sums.day), sums.order_no limit 50`

const PROMOTIONS = `
select starts::text as starts, ends::text as ends, uplift from promotions
 where skus @> array[$1::text] and (locations is null or $2 = any(locations)) and not is_cancelled and uplift is not null
 order by ends desc limit 200`

const OVERRIDES = `
select id, starts::text as starts, ends::text as ends, kind, value, made_at from overrides
 where sku = $1 and location = $2 and withdrawn_at is null and (expires_at is null or expires_at > $3) and ends >= $4::date
 order by made_at desc limit 200`

const SUGGESTIONS = `
select id, revision, coalesce(approved_quantity, quantity) as quantity, order_by::text as order_by, expires_on::text as expires_on, state from suggestions
 where sku = $1 and location = $2 and (state = 'open' or (state = 'approved' and order_no is null and changed_at > $3))`

/** An approved suggestion that nobody ordered for a month is forgotten: counting it would hide a need for ever. */
const APPROVED_COUNTS_DAYS = 30

interface SeriesRow {
  readonly unit: string
  readonly dirty_from: string | null
  readonly seen: number
  readonly settings: (Partial<ItemSettings> & Pick<ItemSettings, 'unit'>) | null
  readonly run: string | null
  readonly history_end: string
  readonly period: PeriodKind
  readonly method: string
  readonly description: string
  readonly fit: string
  readonly updates: number
  readonly forecast: string
  readonly changes: ForecastRow['changes']
  readonly monitor: ForecastRow['monitor']
  readonly is_below: boolean
  readonly is_at_risk: boolean
  readonly is_excess: boolean
}

type Rows = [
  SeriesRow,
  { readonly on_hand: number },
  { readonly unusable: number; readonly unusable_lots: number; readonly waiting: number },
  { readonly on_order: number; readonly next_due: string | null },
  { readonly days: number },
  { readonly days: number },
  { readonly starts: string; readonly ends: string; readonly uplift: number },
  { readonly order_no: string },
  {
    readonly id: string
    readonly starts: string
    readonly ends: string
    readonly kind: OverrideSpan['kind']
    readonly value: number
    readonly made_at: string
  },
  {
    readonly id: string
    readonly revision: number
    readonly quantity: number
    readonly order_by: string
    readonly expires_on: string
    readonly state: string
  },
]

/** What holds of a series now, read in one transaction. @returns undefined for one that nobody told of. */
export async function readSeries(
  { db }: Port,
  { sku, location }: SeriesKey,
  now: { readonly instant: string; readonly today: Day; readonly monthAgo: string },
): Promise<SeriesState | undefined> {
  const key = [sku, location]
  const ofKey = (sql: string): Statement => ({ sql, parameters: key })
  const answers = await db.transaction<Rows>([
    ...[SERIES, ON_HAND, LOTS].map(ofKey),
    { sql: ON_ORDER, parameters: [...key, formatDay(now.today)] },
    ...[LEAD_TIMES, TRANSPORTS, PROMOTIONS].map(ofKey),
    { sql: WAITING, parameters: [...key, formatDay(now.today - WAITING_DAYS)] },
    // A period in progress may have begun up to a month ago.
    { sql: OVERRIDES, parameters: [...key, now.instant, formatDay(now.today - 31)] },
    { sql: SUGGESTIONS, parameters: [...key, now.monthAgo] },
  ])
  const [series, onHand, lots, order, receipts, transports, ...rest] = answers
  const [promotions, waiting, overrides, suggestions] = rest
  const [row] = series.rows
  if (row === undefined) return undefined
  const open = suggestions.rows.find(({ state }) => state === 'open')
  const approved = suggestions.rows.filter(({ state }) => state === 'approved')
  return {
    unit: row.unit,
    changes: row.seen,
    ...(row.dirty_from === null ? {} : { dirtyFrom: dayOfText(row.dirty_from) }),
    ...(row.settings === null ? {} : { settings: settingsOf(row.settings) }),
    ...(row.run === null ? {} : { forecast: forecastOf(row, row.run) }),
    stock: stockOf(
      onHand.rows[0],
      lots.rows[0],
      order.rows[0],
      approved.reduce((sum, one) => sum + one.quantity, 0),
    ),
    leadTimes: {
      receipts: receipts.rows.map(({ days }) => days),
      transports: transports.rows.map(({ days }) => days),
    },
    waiting: waiting.rows.map(({ order_no }) => order_no),
    promotions: promotions.rows.map(({ starts, ends, uplift }) => ({
      starts: dayOfText(starts),
      ends: dayOfText(ends),
      uplift,
    })),
    overrides: overrides.rows.map(({ id, starts, ends, kind, value, made_at }) => ({
      ...{ id, kind, value, starts: dayOfText(starts), ends: dayOfText(ends) },
      madeAtMs: msOfInstant(made_at),
    })),
    ...(open === undefined
      ? {}
      : {
          open: {
            ...{ id: open.id, revision: open.revision, quantity: open.quantity },
            ...{ orderBy: dayOfText(open.order_by), expiresOn: dayOfText(open.expires_on) },
          },
        }),
  }
}

/** Since when approved suggestions count. */
export function approvedSince(today: Day): string {
  return `${formatDay(today - APPROVED_COUNTS_DAYS)}T00:00:00Z`
}

function forecastOf(row: SeriesRow, run: string): ForecastRow {
  const stored = JSON.parse(row.forecast) as StoredForecast
  const { period, method, description, fit, updates, changes, monitor } = row
  const told = { isBelow: row.is_below, isAtRisk: row.is_at_risk, isExcess: row.is_excess }
  return {
    ...stored,
    ...{ run, period, method, description, fit, updates, changes, monitor, told },
    historyEnd: dayOfText(row.history_end),
  }
}

function stockOf(
  onHand: Rows[1] | undefined,
  lots: Rows[2] | undefined,
  order: Rows[3] | undefined,
  approved: number,
): StockFigures {
  const told = lots?.unusable ?? 0
  // A lot that was used up before quality heard of it keeps nothing of what is there now.
  const unusable = onHand === undefined ? told : Math.min(told, Math.max(onHand.on_hand, 0))
  return {
    ...(onHand === undefined ? {} : { onHand: onHand.on_hand }),
    unusable,
    ...(unusable < told ? { unusableTold: told } : {}),
    unusableLots: lots?.unusable_lots ?? 0,
    onOrder: (order?.on_order ?? 0) + (lots?.waiting ?? 0),
    approved,
    ...(order?.next_due == null ? {} : { nextReceipt: dayOfText(order.next_due) }),
  }
}

interface DayRow {
  readonly day: string
  readonly issued: number
  readonly returned: number
  readonly unmet: number
  readonly stocked_out: boolean
  readonly loaded: number | null
  readonly loaded_out: boolean
  readonly stock_least: number | null
  readonly stock_last: number | null
}

/** The days of a series from one on, with what was ordered on each. */
export async function readDays(
  { db }: Port,
  { sku, location }: SeriesKey,
  from: Day,
): Promise<readonly DemandDay[]> {
  const parameters = [sku, location, formatDay(from)]
  const [days, ordered] = await db.transaction<
    [DayRow, { readonly day: string; readonly quantity: number }]
  >([
    {
      sql: `select day::text as day, issued::float8 as issued, returned::float8 as returned, unmet::float8 as unmet, stocked_out,
                   loaded::float8 as loaded, loaded_out, stock_least::float8 as stock_least, stock_last::float8 as stock_last
              from demand_days where sku = $1 and location = $2 and day >= $3::date order by demand_days.day`,
      parameters,
    },
    {
      sql: `select l.day::text as day, sum(l.quantity)::float8 as quantity from order_lines l
             where l.sku = $1 and l.location = $2 and l.day >= $3::date
               and not exists (select from order_cancellations c where c.order_no = l.order_no and c.line in ('', l.line))
             group by l.day order by l.day`,
      parameters,
    },
  ])
  const orderedOn = new Map(ordered.rows.map(({ day, quantity }) => [day, quantity]))
  const known = days.rows.map((row) => dayOf(row, orderedOn.get(row.day) ?? 0))
  const seen = new Set(days.rows.map(({ day }) => day))
  const bare = { issued: 0, returned: 0, unmet: 0, stockedOut: false }
  const onlyOrdered = ordered.rows
    .filter(({ day }) => !seen.has(day))
    .map(({ day, quantity }) => ({ day: dayOfText(day), ...bare, ordered: quantity }))
  return [...known, ...onlyOrdered]
}

function dayOf(row: DayRow, ordered: number): DemandDay {
  const { day, issued, returned, unmet, stocked_out, loaded, loaded_out, stock_least, stock_last } =
    row
  return {
    ...{ day: dayOfText(day), issued, returned, unmet, ordered, stockedOut: stocked_out },
    ...(loaded === null ? {} : { loaded, loadedOut: loaded_out }),
    ...(stock_least === null ? {} : { stockLeast: stock_least }),
    ...(stock_last === null ? {} : { stockLast: stock_last }),
  }
}
