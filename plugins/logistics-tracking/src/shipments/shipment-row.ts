import type { Statement } from '@signalbox/sdk'
import type { Status } from '../scans/status.ts'
import type { Direction, Shipment } from './shipment.ts'

type Big = string | number | null

export interface ShipmentRow {
  readonly shipment: string
  readonly direction: Direction
  readonly orders: readonly string[]
  readonly purchase_order: string | null
  readonly supplier: string | null
  readonly origin: string | null
  readonly destination: string | null
  readonly promised_at_ms: Big
  readonly registered_at_ms: Big
  readonly as_of_ms: Big
  readonly status: Status
  readonly dispatched_at_ms: Big
  readonly delivered_at_ms: Big
  readonly delivered_told: boolean
  readonly revision: number
}

/** Of `shipments h`. */
export const shipmentColumns = `h.shipment, h.direction, h.orders, h.purchase_order, h.supplier, h.origin, h.destination, h.promised_at_ms,
  h.registered_at_ms, h.as_of_ms, h.status, h.dispatched_at_ms, h.delivered_at_ms, h.delivered_told, h.revision`

export function shipmentOf(row: ShipmentRow): Shipment {
  return {
    shipment: row.shipment,
    direction: row.direction,
    orders: row.orders,
    ...given('purchaseOrder', row.purchase_order),
    ...given('supplier', row.supplier),
    ...given('from', row.origin),
    ...given('to', row.destination),
    ...given('promisedAt', count(row.promised_at_ms)),
    registeredAt: Number(row.registered_at_ms),
    status: row.status,
    ...given('dispatchedAt', count(row.dispatched_at_ms)),
    ...given('deliveredAt', count(row.delivered_at_ms)),
    deliveredTold: row.delivered_told,
    revision: row.revision,
  }
}

/** New ones are written as they are, others only where nobody changed them since. */
export function writeShipments(
  tenant: string,
  shipments: readonly Shipment[],
  now: number,
): readonly Statement[] {
  const fresh = shipments.filter(({ revision }) => revision === 0)
  const kept = shipments.filter(({ revision }) => revision > 0)
  const statements: Statement[] = []
  const fields = `shipment text, direction text, orders text[], "purchaseOrder" text, supplier text, "from" text, "to" text,
    "promisedAt" bigint, "registeredAt" bigint, status text, "dispatchedAt" bigint, "deliveredAt" bigint, "deliveredTold" boolean,
    revision integer`
  if (fresh.length > 0) {
    statements.push({
      sql: `insert into shipments (tenant, shipment, direction, orders, purchase_order, supplier, origin, destination, promised_at_ms,
              registered_at_ms, status, as_of_ms, dispatched_at_ms, delivered_at_ms, delivered_told)
            select $1, x.shipment, x.direction, x.orders, x."purchaseOrder", x.supplier, x."from", x."to", x."promisedAt",
              x."registeredAt", x.status, $3, x."dispatchedAt", x."deliveredAt", x."deliveredTold"
              from jsonb_to_recordset($2::jsonb) as x (${fields}) on conflict do nothing`,
      parameters: [tenant, JSON.stringify(fresh), now],
      rows: fresh.length,
    })
  }
  if (kept.length > 0) {
    statements.push({
      sql: `update shipments h set orders = x.orders, promised_at_ms = x."promisedAt", status = x.status, as_of_ms = greatest(h.as_of_ms, $2),
              dispatched_at_ms = x."dispatchedAt", delivered_at_ms = x."deliveredAt", delivered_told = x."deliveredTold",
              look_at_ms = 0, revision = h.revision + 1
              from jsonb_to_recordset($1::jsonb) as x (${fields})
             where h.shipment = any($3::text[]) and h.shipment = x.shipment and h.revision = x.revision`,
      parameters: [JSON.stringify(kept), now, kept.map(({ shipment }) => shipment)],
      rows: kept.length,
    })
  }
  return statements
}

function count(value: Big): number | null {
  return value === null ? null : Number(value)
}

function given<Name extends string, Value>(
  name: Name,
  value: Value | null,
): { readonly [Key in Name]?: Value } {
  return value === null ? {} : ({ [name]: value } as { readonly [Key in Name]?: Value })
}
