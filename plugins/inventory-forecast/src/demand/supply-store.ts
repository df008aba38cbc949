import type { Context } from '@signalbox/sdk'
import { dayText, instantText } from './calendar-days.ts'
import { dirtyStatement, type SeriesKey, seriesStatements, unitChecked } from './demand-store.ts'

type Port = Pick<Context, 'db' | 'tenant'>

interface LineKey extends SeriesKey {
  readonly order: string
  readonly line: string
  readonly unit: string
  readonly quantity: number
}

export interface OrderLine extends LineKey {
  readonly orderedAtMs: number
  readonly day: number
}

/** Lines of a customer's order, once each; all of them or none. */
export async function recordOrderLines({ db, tenant }: Port, lines: readonly OrderLine[]): Promise<void> {
  for (const line of lines) {
    const { order, sku, location, quantity, orderedAtMs, day } = line
    const insert = {
      sql: `insert into order_lines (tenant, order_no, line, sku, location, quantity, ordered_at, day)
            values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing`,
      parameters: [tenant, order, line.line, sku, location, String(quantity), instantText(orderedAtMs), dayText(day)],
    }
    const statements = [...seriesStatements(tenant, line), insert, dirtyStatement(line, dayText(day))]
    await unitChecked(db.transaction(statements), line)
  }
}

/** Takes an order back, or some of its lines; it may come before the order itself. */
export async function cancelOrder(
  { db, tenant }: Port,
  order: string,
  lines: readonly string[] | undefined,
): Promise<void> {
  const cancelled = lines === undefined || lines.length === 0 ? [''] : lines
  await db.transaction([
    {
      sql: `insert into order_cancellations (tenant, order_no, line)
            select $1, $2, line from unnest($3::text[]) as line on conflict do nothing`,
      parameters: [tenant, order, cancelled],
    },
    {
      sql: `update series s set dirty_from = least(s.dirty_from, l.day) from order_lines l
             where l.order_no = $1 and (l.line = any($2::text[]) or $2::text[] = array[''])
               and s.sku = l.sku and s.location = l.location`,
      parameters: [order, cancelled],
    },
  ])
}

export interface PurchaseLine extends LineKey {
  readonly supplier?: string
  readonly placedAtMs: number
  readonly due?: string
  readonly suggestion?: string
}

/** A line of a purchase order, once; an approved suggestion that it carries out, or that waits for one, is done by it. */
export async function recordPurchaseLine({ db, tenant }: Port, line: PurchaseLine): Promise<void> {
  const { order, sku, location, supplier, quantity, placedAtMs, due, suggestion } = line
  const placed = instantText(placedAtMs)
  await unitChecked(
    db.transaction([
      ...seriesStatements(tenant, line),
      {
        sql: `with fresh as (
                insert into purchase_lines (tenant, order_no, line, sku, location, supplier, quantity, placed_at, due, suggestion)
                values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing returning order_no
              )
              update suggestions set order_no = fresh.order_no from fresh
               where id = coalesce($10, (select id from suggestions where sku = $4 and location = $5 and state = 'approved'
                                           and order_no is null order by made_at limit 1))
                 and state = 'approved' and suggestions.order_no is null`,
        parameters: [tenant, order, line.line, sku, location, supplier ?? null, String(quantity), placed, due ?? null, suggestion ?? null],
      },
    ]),
    line,
  )
}

export interface ReceiptLine extends SeriesKey {
  readonly receipt: string
  readonly line: string
  readonly unit: string
  readonly quantity: number
  readonly receivedAtMs: number
  readonly order?: string
  readonly orderLine?: string
  readonly lot?: string
}

export async function recordReceipt({ db, tenant }: Port, receipt: ReceiptLine): Promise<void> {
  const { sku, location, quantity, receivedAtMs, order, orderLine, lot } = receipt
  const received = instantText(receivedAtMs)
  await unitChecked(
    db.transaction([
      ...seriesStatements(tenant, receipt),
      {
        sql: `insert into receipts (tenant, receipt, line, order_no, order_line, sku, location, lot, quantity, received_at)
              values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing`,
        parameters: [tenant, receipt.receipt, receipt.line, order ?? null, orderLine ?? null, sku, location, lot ?? null, String(quantity), received],
      },
    ]),
    receipt,
  )
}

export interface RejectedLot extends SeriesKey {
  readonly lot: string
  readonly unit: string
  readonly quantity: number
  readonly rejectedAtMs: number
  readonly reason?: string
}

export async function recordRejectedLot({ db, tenant }: Port, lot: RejectedLot): Promise<void> {
  const { sku, location, quantity, rejectedAtMs, reason } = lot
  await unitChecked(
    db.transaction([
      ...seriesStatements(tenant, lot),
      {
        sql: `insert into rejected_lots (tenant, lot, sku, location, quantity, rejected_at, reason)
              values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
        parameters: [tenant, lot.lot, sku, location, String(quantity), instantText(rejectedAtMs), reason ?? null],
      },
    ]),
    lot,
  )
}

export interface Promotion {
  readonly promotion: string
  readonly sku: string
  /** Empty: every location. */
  readonly location: string
  readonly starts: string
  readonly ends: string
  readonly factor: number
  readonly plannedAtMs: number
}

/** The newest plan of a promotion holds, whichever comes last. */
export async function recordPromotion({ db, tenant }: Port, promotion: Promotion): Promise<void> {
  const { sku, location, starts, ends, factor, plannedAtMs } = promotion
  await db.transaction([
    {
      sql: `insert into promotions as p (tenant, promotion, sku, location, starts, ends, factor, planned_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8)
            on conflict (tenant, promotion, sku, location) do update set starts = excluded.starts, ends = excluded.ends,
              factor = excluded.factor, planned_at = excluded.planned_at where excluded.planned_at > p.planned_at`,
      parameters: [tenant, promotion.promotion, sku, location, starts, ends, factor, instantText(plannedAtMs)],
    },
    {
      sql: `update series set dirty_from = least(dirty_from, $3) where sku = $1 and ($2 = '' or location = $2)`,
      parameters: [sku, location, starts],
    },
  ])
}
