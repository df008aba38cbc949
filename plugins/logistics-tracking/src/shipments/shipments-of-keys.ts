import type { Context } from '@signalbox/sdk'
import { gtinOfKey, lotOfKey, unitNumber } from '../identifiers/kind-of-key.ts'
import type { ShipmentOfKey } from '../sensors/watch-readings.ts'

const shipmentPrefix = 'shipment:'
const MOST_ORDERS = 50

interface Row {
  readonly key: string
  readonly shipment: string
  readonly orders: readonly string[]
  readonly purchase_order: string | null
  readonly parcel: string | null
  readonly carrier: string | null
  readonly goods: readonly { readonly sku: string; readonly lot?: string }[]
}

/**
 * The shipments that units, parcels and lots travel in: by the number of a parcel or of a handling unit in one; by its name; of a lot,
 * the one open shipment that says it has it. A lot that is in several at once says of none.
 * @param keys canonical keys, or `shipment:` and the name of one
 */
export async function shipmentsOfKeys(
  { db }: Pick<Context, 'db'>,
  keys: readonly string[],
): Promise<ReadonlyMap<string, ShipmentOfKey>> {
  if (keys.length === 0) return new Map()
  const { rows } = await db.query<Row>(
    `with asked as (select * from jsonb_to_recordset($1::jsonb) as x (key text, number text, shipment text, lot text, gtin text)),
     found as (
       select a.key, p.shipment, p.parcel from asked a join parcels p on p.parcel = a.number where p.shipment is not null
       union select a.key, p.shipment, p.parcel from asked a join handling_units u on u.unit = a.number
               join parcels p on p.parcel = u.parcel where p.shipment is not null
       union select a.key, h.shipment, null from asked a join shipments h on h.shipment = a.shipment
       union select a.key, min(p.shipment), case when count(*) = 1 then min(p.parcel) end from asked a
               join parcels p on p.contents @> jsonb_build_array(jsonb_build_object('lot', a.lot)) and p.shipment is not null
               join shipments h on h.shipment = p.shipment and h.status not in ('delivered', 'returned', 'cancelled', 'lost')
              where a.lot is not null and not exists (select 1 from jsonb_array_elements(p.contents) c where c->>'lot' = a.lot
                and c->>'sku' ~ '^[0-9]{8,14}$' and lpad(c->>'sku', 14, '0') <> a.gtin)
              group by a.key having count(distinct p.shipment) = 1)
     select f.key, h.shipment, h.orders, h.purchase_order, f.parcel, q.carrier,
            coalesce((select jsonb_agg(distinct c) from parcels p cross join lateral jsonb_array_elements(p.contents) as c
              where p.shipment = h.shipment and (f.parcel is null or p.parcel = f.parcel)), '[]') as goods
       from found f join shipments h on h.shipment = f.shipment left join parcels q on q.parcel = f.parcel`,
    [JSON.stringify(keys.map(askedBy))],
  )
  return new Map(rows.map((row) => [row.key, shipmentOf(row)]))
}

function askedBy(key: string) {
  if (key.startsWith(shipmentPrefix)) return { key, shipment: key.slice(shipmentPrefix.length) }
  const lot = lotOfKey(key)
  if (lot !== undefined) return { key, lot, gtin: gtinOfKey(key) }
  return { key, number: unitNumber(key) ?? key.toUpperCase() }
}

function shipmentOf({ shipment, orders, purchase_order, parcel, carrier, goods }: Row) {
  return {
    shipment,
    ...(orders.length === 0 ? {} : { orders: orders.slice(0, MOST_ORDERS) }),
    ...(purchase_order === null ? {} : { purchaseOrder: purchase_order }),
    ...(parcel === null ? {} : { parcel, trackingNumber: parcel }),
    ...(carrier === null ? {} : { carrier }),
    goods,
  }
}
