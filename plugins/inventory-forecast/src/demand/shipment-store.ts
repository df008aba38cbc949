import type { Context, Statement } from '@signalbox/sdk'
import { type Day, formatDay } from '../calendar/civil-day.ts'
import { instantText } from '../calendar/instant.ts'
import type { SeriesKey } from './demand-store.ts'

type Port = Pick<Context, 'db' | 'tenant'>

interface Shipment {
  readonly shipment: string
  readonly order?: string
  readonly supplier?: string
  readonly items: readonly (Pick<SeriesKey, 'sku'> & Partial<SeriesKey>)[]
}

export interface Expectation extends Shipment {
  readonly expectedOn: Day
  readonly saidAtMs: number
}

/** When a shipment is expected; of several words the newest holds, whichever comes last. */
export async function recordExpectation({ db, tenant }: Port, told: Expectation): Promise<void> {
  const { shipment, order, supplier, expectedOn, saidAtMs } = told
  await db.transaction([
    {
      sql: `insert into shipments as s (tenant, shipment, order_no, supplier, expected_on, said_at) values ($1, $2, $3, $4, $5, $6)
            on conflict (tenant, shipment) do update set order_no = coalesce(s.order_no, excluded.order_no),
              supplier = coalesce(s.supplier, excluded.supplier),
              expected_on = case when s.said_at is null or excluded.said_at > s.said_at then excluded.expected_on else s.expected_on end,
              said_at = greatest(s.said_at, excluded.said_at)`,
      parameters: [
        tenant,
        shipment,
        order ?? null,
        supplier ?? null,
        formatDay(expectedOn),
        instantText(saidAtMs),
      ],
    },
    itemsStatement(tenant, told),
  ])
}

export interface Transport extends Shipment {
  readonly deliveredAtMs: number
  readonly days: number
}

/** How long a shipment took; it arrives once. */
export async function recordTransport({ db, tenant }: Port, told: Transport): Promise<void> {
  const { shipment, order, supplier, deliveredAtMs, days } = told
  await db.transaction([
    {
      sql: `insert into shipments as s (tenant, shipment, order_no, supplier, delivered_at, days) values ($1, $2, $3, $4, $5, $6)
            on conflict (tenant, shipment) do update set order_no = coalesce(s.order_no, excluded.order_no),
              supplier = coalesce(s.supplier, excluded.supplier),
              days = case when s.delivered_at is null then excluded.days else s.days end,
              delivered_at = coalesce(s.delivered_at, excluded.delivered_at)`,
      parameters: [
        tenant,
        shipment,
        order ?? null,
        supplier ?? null,
        instantText(deliveredAtMs),
        days,
      ],
    },
    itemsStatement(tenant, told),
  ])
}

function itemsStatement(tenant: string, { shipment, items }: Shipment): Statement {
  const rows = items.map(({ sku, location = '' }) => ({ sku, location }))
  return {
    sql: `insert into shipment_items (tenant, shipment, sku, location)
          select $1, $2, sku, location from jsonb_to_recordset($3::jsonb) as i (sku text, location text) on conflict do nothing`,
    parameters: [tenant, shipment, JSON.stringify(rows)],
  }
}

const MOST_SERIES = 50

/** The series that a shipment is for: those of its order, and what it says to hold. */
export async function seriesOfShipment(
  { db }: Pick<Port, 'db'>,
  shipment: string,
): Promise<readonly SeriesKey[]> {
  const { rows } = await db.query<{ sku: string; location: string }>(
    `select p.sku, p.location from purchase_lines p join shipments s on s.order_no = p.order_no where s.shipment = $1
     union
     select r.sku, r.location from series r join shipment_items i on i.sku = r.sku and i.location in ('', r.location)
      where i.shipment = $1 order by 1, 2 limit ${MOST_SERIES}`,
    [shipment],
  )
  return rows
}
