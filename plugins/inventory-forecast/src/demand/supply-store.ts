import type { Context, Statement } from '@signalbox/sdk'
import { formatDay } from '../calendar/civil-day.ts'
import { instantText } from '../calendar/instant.ts'
import { type SeriesKey, seriesStatements, unitChecked } from './demand-store.ts'

type Port = Pick<Context, 'db' | 'tenant'>

interface Line extends SeriesKey {
  readonly line: string
  /** Of the series; the quantity is in it. */
  readonly unit: string
  readonly quantity: number
}

/** Of a line that stands twice in an order the first holds. */
function distinctLines<Given extends Line>(lines: readonly Given[]): readonly Given[] {
  const byLine = new Map<string, Given>()
  for (const line of lines) if (!byLine.has(line.line)) byLine.set(line.line, line)
  return [...byLine.values()]
}

export interface Order {
  readonly order: string
  readonly lines: readonly Line[]
  readonly toldAtMs: number
  /** The day of the order; a change of it knows none. */
  readonly day?: number
}

/** Lines of a customer's order. Of several words about a line the newest holds, whichever comes last. */
export async function recordOrder({ db, tenant }: Port, order: Order): Promise<void> {
  const lines = distinctLines(order.lines)
  const [one] = lines
  if (one === undefined) return
  const insert: Statement = {
    sql: `with said as (
            insert into order_lines as o (tenant, order_no, line, sku, location, quantity, told_at, day)
            select $1, $2, g.line, g.sku, g.location, g.quantity, $4::timestamptz, $5::date
              from jsonb_to_recordset($3::jsonb) as g (line text, sku text, location text, quantity numeric)
            on conflict (tenant, order_no, line) do update set day = coalesce(o.day, excluded.day),
              sku = case when excluded.told_at > o.told_at then excluded.sku else o.sku end,
              location = case when excluded.told_at > o.told_at then excluded.location else o.location end,
              quantity = case when excluded.told_at > o.told_at then excluded.quantity else o.quantity end,
              told_at = greatest(o.told_at, excluded.told_at)
            where excluded.told_at > o.told_at or (o.day is null and excluded.day is not null)
            returning o.line, o.sku, o.location, o.day
          ), touched as (
            select sku, location, day from said
            union all
            select b.sku, b.location, b.day from order_lines b join said on b.order_no = $2 and b.line = said.line
             where (b.sku, b.location) <> (said.sku, said.location)
          ), since as (select sku, location, min(touched.day) as day from touched group by sku, location)
          update series s set changes = s.changes + 1, dirty_from = least(s.dirty_from, since.day) from since
           where s.sku = since.sku and s.location = since.location`,
    parameters: [
      ...[tenant, order.order, JSON.stringify(lines), instantText(order.toldAtMs)],
      order.day === undefined ? null : formatDay(order.day),
    ],
  }
  await unitChecked(db.transaction([...seriesStatements(tenant, lines), insert]), one)
}

/** Takes an order back, or some of its lines; it may come before the order itself. */
export async function cancelOrder(
  { db, tenant }: Port,
  cancellation: {
    readonly order: string
    readonly lines?: readonly string[]
    readonly atMs: number
  },
): Promise<void> {
  const { order, lines = [''], atMs } = cancellation
  await db.transaction([
    {
      sql: `insert into order_cancellations (tenant, order_no, line, cancelled_at)
            select $1, $2, line, $4 from unnest($3::text[]) as line on conflict do nothing`,
      parameters: [tenant, order, lines, instantText(atMs)],
    },
    {
      sql: `update series s set changes = s.changes + 1, dirty_from = least(s.dirty_from, l.day) from order_lines l
             where l.order_no = $1 and (l.line = any($2::text[]) or '' = any($2::text[]))
               and s.sku = l.sku and s.location = l.location`,
      parameters: [order, lines],
    },
  ])
}

/** What was sent of a customer's order; it may come before the order itself. */
export async function recordOrderSent(
  { db, tenant }: Port,
  order: string,
  lines: readonly string[] = [''],
): Promise<void> {
  await db.query(
    `insert into order_shipments (tenant, order_no, line) select $1, $2, line from unnest($3::text[]) as line on conflict do nothing`,
    [tenant, order, lines],
  )
}

export interface Purchase {
  readonly order: string
  readonly supplier: string
  readonly placedAtMs: number
  readonly lines: readonly (Line & { readonly factor: number; readonly due?: number })[]
}

/** Lines of a purchase order, once. Each does the oldest approved suggestion of its series that waits for an order. */
export async function recordPurchase({ db, tenant }: Port, purchase: Purchase): Promise<void> {
  const lines = distinctLines(purchase.lines)
  const [one] = lines
  if (one === undefined) return
  const rows = lines.map(({ due, ...line }) =>
    due === undefined ? line : { ...line, due: formatDay(due) },
  )
  const insert: Statement = {
    sql: `with fresh as (
            insert into purchase_lines (tenant, order_no, line, sku, location, supplier, quantity, placed_at, due, factor)
            select $1, $2, g.line, g.sku, g.location, $4, g.quantity, $5::timestamptz, g.due, g.factor
              from jsonb_to_recordset($3::jsonb)
                as g (line text, sku text, location text, quantity numeric, due date, factor float8)
            on conflict do nothing returning line, sku, location
          ), bought as (
            select sku, location, row_number() over (partition by sku, location order by line) as n from fresh
          ), waiting as (
            select w.id, w.sku, w.location,
                   row_number() over (partition by w.sku, w.location order by w.changed_at, w.id) as n
              from suggestions w
             where w.state = 'approved' and w.order_no is null and w.changed_at <= $5::timestamptz
               and exists (select from fresh f where f.sku = w.sku and f.location = w.location)
          )
          update suggestions set order_no = $2, changed_at = $5::timestamptz
            from waiting join bought on bought.sku = waiting.sku and bought.location = waiting.location and bought.n = waiting.n
           where suggestions.id = waiting.id`,
    parameters: [
      ...[tenant, purchase.order, JSON.stringify(rows), purchase.supplier],
      instantText(purchase.placedAtMs),
    ],
  }
  await unitChecked(db.transaction([...seriesStatements(tenant, lines), insert]), one)
}

/** Each look asks the host some three times, of the 200 that an event's handler has. */
const MOST_LOOKS = 40

/** The series of a purchase order that are worth a look now: those with an open suggestion, which the order may do away with, first. */
export async function seriesOfPurchase(
  { db }: Pick<Port, 'db'>,
  order: string,
): Promise<readonly SeriesKey[]> {
  const { rows } = await db.query<SeriesKey>(
    `select p.sku, p.location from purchase_lines p join forecasts f on f.sku = p.sku and f.location = p.location
      where p.order_no = $1 group by p.sku, p.location
      order by (select count(*) from suggestions s where s.sku = p.sku and s.location = p.location and s.state = 'open') desc,
               p.sku, p.location limit ${MOST_LOOKS}`,
    [order],
  )
  return rows
}

export interface PurchaseChange {
  readonly order: string
  readonly line: string
  /** In the unit of the order's line. 0: the line is cancelled. */
  readonly quantity: number
  readonly due?: number
}

export async function recordPurchaseChanges(
  { db, tenant }: Port,
  changes: readonly PurchaseChange[],
  atMs: number,
): Promise<void> {
  await db.batch(
    `insert into purchase_changes as c (tenant, order_no, line, quantity, due, changed_at) values ($1, $2, $3, $4, $5, $6)
     on conflict (tenant, order_no, line) do update set quantity = excluded.quantity,
       due = coalesce(excluded.due, c.due), changed_at = excluded.changed_at where excluded.changed_at > c.changed_at`,
    changes.map(({ order, line, quantity, due }) => [
      ...[tenant, order, line, String(quantity)],
      due === undefined ? null : formatDay(due),
      instantText(atMs),
    ]),
  )
}

export interface Receipt extends SeriesKey {
  readonly receipt: string
  readonly lot: string
  readonly unit: string
  readonly quantity: number
  readonly receivedAtMs: number
  readonly supplier: string
  readonly order?: string
  readonly orderLine?: string
}

export async function recordReceipt({ db, tenant }: Port, receipt: Receipt): Promise<void> {
  const { lot, sku, location, quantity, receivedAtMs, order, orderLine, supplier } = receipt
  const parameters = [tenant, receipt.receipt, lot, order ?? null, orderLine ?? null, supplier, sku]
  const insert = {
    sql: `insert into receipts (tenant, receipt, lot, order_no, order_line, supplier, sku, location, quantity, received_at)
          values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing`,
    parameters: [...parameters, location, String(quantity), instantText(receivedAtMs)],
  }
  await unitChecked(db.transaction([...seriesStatements(tenant, [receipt]), insert]), receipt)
}

export interface LotWord {
  readonly lot: string
  readonly sku: string
  /** Where it is; known from its receipt where the word does not say. */
  readonly location?: string
  readonly rejected: number
  readonly held: number
  readonly saidAtMs: number
  /** Of two words of one instant the greater holds, so that no order of arrival decides. */
  readonly saidBy: string
}

/** @returns whether it is news. */
export async function recordLotWord({ db, tenant }: Port, word: LotWord): Promise<boolean> {
  const { lot, sku, location, rejected, held, saidAtMs, saidBy } = word
  const { rowCount } = await db.query(
    `insert into quality_lots as q (tenant, lot, sku, location, rejected, held, said_at, said_by) values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (tenant, lot) do update set location = coalesce(excluded.location, q.location), rejected = excluded.rejected,
       held = excluded.held, said_at = excluded.said_at, said_by = excluded.said_by
     where (excluded.said_at, excluded.said_by) > (q.said_at, q.said_by)`,
    [
      tenant,
      lot,
      sku,
      location ?? null,
      String(rejected),
      String(held),
      instantText(saidAtMs),
      saidBy,
    ],
  )
  return rowCount === 1
}

/** Where a lot lies, by its receipt. */
export async function locationOfLot(
  { db }: Pick<Port, 'db'>,
  lot: string,
): Promise<string | undefined> {
  const { rows } = await db.query<{ location: string }>(
    'select location from receipts where lot = $1 order by received_at limit 1',
    [lot],
  )
  return rows[0]?.location
}

export interface Promotion {
  readonly promotion: string
  readonly skus: readonly string[]
  readonly locations?: readonly string[]
  readonly starts: number
  readonly ends: number
  readonly uplift?: number
  readonly isCancelled: boolean
  readonly plannedAtMs: number
}

/** The newest plan of a promotion holds, whichever comes last. What it changes is forecast anew. */
export async function recordPromotion({ db, tenant }: Port, promotion: Promotion): Promise<void> {
  const { skus, locations, starts, ends, uplift, isCancelled, plannedAtMs } = promotion
  await db.transaction([
    {
      sql: `insert into promotions as p (tenant, promotion, skus, locations, starts, ends, uplift, is_cancelled, planned_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            on conflict (tenant, promotion) do update set skus = excluded.skus, locations = excluded.locations,
              starts = excluded.starts, ends = excluded.ends, uplift = excluded.uplift,
              is_cancelled = excluded.is_cancelled, planned_at = excluded.planned_at
            where excluded.planned_at > p.planned_at`,
      parameters: [
        tenant,
        promotion.promotion,
        skus,
        locations ?? null,
        formatDay(starts),
        formatDay(ends),
        uplift ?? null,
        isCancelled,
        instantText(plannedAtMs),
      ],
    },
    {
      sql: `update series set changes = changes + 1, dirty_from = least(dirty_from, $3::date)
             where sku = any($1::text[]) and ($2::text[] is null or location = any($2::text[]))`,
      parameters: [skus, locations ?? null, formatDay(starts)],
    },
  ])
}
