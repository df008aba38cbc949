import type { Context, Statement } from '@signalbox/sdk'
import { formatDay } from '../calendar/civil-day.ts'
import { instantText } from '../calendar/instant.ts'
import { type SeriesKey, seriesStatements, unitChecked } from './demand-store.ts'

type Port = Pick<Context, 'db' | 'tenant'>

interface LineKey extends SeriesKey {
  readonly order: string
  readonly line: string
  /** Of the series; the quantity is in it. */
  readonly unit: string
  readonly quantity: number
}

export interface OrderLine extends LineKey {
  readonly toldAtMs: number
  /** The day of the order; a change of it knows none. */
  readonly day?: number
}

/** A line of a customer's order. Of several words about its quantity the newest holds, whichever comes last. */
export async function recordOrderLine({ db, tenant }: Port, line: OrderLine): Promise<void> {
  const { order, sku, location, quantity, toldAtMs, day } = line
  const ordered = day === undefined ? null : formatDay(day)
  const statements: Statement[] = [
    ...seriesStatements(tenant, line),
    {
      sql: `with said as (
              insert into order_lines as o (tenant, order_no, line, sku, location, quantity, told_at, day)
              values ($1, $2, $3, $4, $5, $6, $7, $8)
              on conflict (tenant, order_no, line) do update set day = coalesce(o.day, excluded.day),
                quantity = case when excluded.told_at > o.told_at then excluded.quantity else o.quantity end,
                told_at = greatest(o.told_at, excluded.told_at)
              where excluded.told_at > o.told_at or (o.day is null and excluded.day is not null)
              returning day)
            update series set changes = changes + 1, dirty_from = least(dirty_from, said.day) from said where sku = $4 and location = $5`,
      parameters: [
        tenant,
        order,
        line.line,
        sku,
        location,
        String(quantity),
        instantText(toldAtMs),
        ordered,
      ],
    },
  ]
  await unitChecked(db.transaction(statements), line)
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

export interface PurchaseLine extends LineKey {
  readonly supplier: string
  readonly factor: number
  readonly placedAtMs: number
  readonly due?: number
}

/** A line of a purchase order, once. The oldest approved suggestion of the series that waits for its order is done by it. */
export async function recordPurchaseLine({ db, tenant }: Port, line: PurchaseLine): Promise<void> {
  const { order, sku, location, supplier, quantity, factor, placedAtMs, due } = line
  const dueDay = due === undefined ? null : formatDay(due)
  const insert = {
    sql: `with fresh as (
            insert into purchase_lines (tenant, order_no, line, sku, location, supplier, quantity, placed_at, due, factor)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing returning order_no)
          update suggestions set order_no = fresh.order_no, changed_at = $8 from fresh
           where id = (select id from suggestions where sku = $4 and location = $5 and state = 'approved'
                          and order_no is null and changed_at <= $8 order by changed_at limit 1)`,
    parameters: [
      tenant,
      order,
      line.line,
      sku,
      location,
      supplier,
      String(quantity),
      instantText(placedAtMs),
      dueDay,
      factor,
    ],
  }
  await unitChecked(db.transaction([...seriesStatements(tenant, line), insert]), line)
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
  await unitChecked(db.transaction([...seriesStatements(tenant, receipt), insert]), receipt)
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
