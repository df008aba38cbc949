import { type Context, Refusal } from '@signalbox/sdk'
import { pageOf, readCursor } from '../calls/cursor.ts'
import { instantText } from '../calls/instant.ts'
import type { Parcel } from '../parcels/parcel.ts'
import type { Status } from '../scans/status.ts'
import { type ShipmentRow, shipmentColumns, shipmentOf } from './shipment-row.ts'
import { type ShipmentView, shipmentView } from './shipment-view.ts'

interface PageRow extends ShipmentRow {
  readonly parcels: readonly Parcel[] | null
  readonly units: Readonly<Record<string, readonly string[]>> | null
  readonly seen: readonly [number, number, number, string | null] | null
  /** Early, median and late, in milliseconds since the epoch, and how probably it is late. */
  readonly arrival: readonly [number, number, number, number | null] | null
}

const withParcels = `(select json_agg(json_build_object('parcel', p.parcel, 'shipment', p.shipment, 'carrier', p.carrier, 'contents', p.contents,
    'state', p.state, 'revision', p.revision) order by p.parcel) from parcels p where p.shipment = h.shipment) as parcels,
  (select json_object_agg(u.parcel, u.units) from (select u.parcel, json_agg(u.unit order by u.unit) as units
    from handling_units u join parcels p on p.parcel = u.parcel where p.shipment = h.shipment group by u.parcel) u) as units,
  case when h.position_at_ms is not null then json_build_array(h.position_at_ms, h.position_latitude, h.position_longitude, h.position_place)
    end as seen,
  (select json_build_array(a.early_ms, a.median_ms, a.late_ms, a.late_probability) from shipment_arrivals a
    where a.shipment = h.shipment and h.look_at_ms is not null) as arrival`

/** @throws Refusal SHIPMENT_UNKNOWN */
export async function readShipment(
  { shipment }: { readonly shipment: string },
  ctx: Context,
): Promise<ShipmentView> {
  const { rows } = await ctx.db.query<PageRow>(
    `select ${shipmentColumns}, ${withParcels} from shipments h where h.shipment = $1`,
    [shipment],
  )
  const [row] = rows
  if (row === undefined) throw shipmentUnknown(shipment)
  return viewOf(row, ctx.now())
}

export function shipmentUnknown(shipment: string): Refusal {
  return new Refusal('SHIPMENT_UNKNOWN', `No shipment ${shipment} is followed: register it.`)
}

export interface ShipmentFilter {
  readonly order?: string
  readonly status?: Status
  readonly late?: boolean
  readonly open?: boolean
  readonly limit?: number
  readonly cursor?: string
}

const DEFAULT_LIMIT = 50

/** Newest first. */
export async function listShipments(filter: ShipmentFilter, ctx: Context) {
  const { order = null, status = null, late = null, open = null, limit = DEFAULT_LIMIT } = filter
  const after = readCursor(filter.cursor)
  const now = ctx.now()
  const { rows } = await ctx.db.query<PageRow>(
    `select ${shipmentColumns}, ${withParcels} from shipments h
      where ($1::text is null or h.shipment in (select o.shipment from shipment_orders o where o.order_id = $1))
        and ($2::text is null or h.status = $2)
        and ($3::boolean is null or $3 = (h.promised_at_ms is not null and h.promised_at_ms < coalesce(h.delivered_at_ms, $4)))
        and ($8::boolean is null or $8 <> (h.status in ('delivered', 'returned', 'cancelled', 'lost')))
        and ($5::bigint is null or (h.registered_at_ms, h.shipment) < ($5, $6))
      order by h.registered_at_ms desc, h.shipment desc limit $7`,
    [order, status, late, now, after?.at ?? null, after?.id ?? null, limit + 1, open],
  )
  const placeOf = (row: PageRow) => ({ at: Number(row.registered_at_ms), id: row.shipment })
  return pageOf(rows, limit, placeOf, (row) => viewOf(row, now))
}

function viewOf(row: PageRow, now: number): ShipmentView {
  const units = new Map(Object.entries(row.units ?? {}))
  const view = shipmentView(shipmentOf(row), row.parcels ?? [], Number(row.as_of_ms), {
    now,
    units,
    ...(row.seen === null ? {} : { seen: seenOf(row.seen) }),
  })
  return row.arrival === null ? view : { ...view, eta: etaView(row.arrival) }
}

function seenOf([at, latitude, longitude, place]: NonNullable<PageRow['seen']>) {
  return { at, latitude, longitude, ...(place === null ? {} : { place }) }
}

function etaView([early, median, late, probability]: NonNullable<PageRow['arrival']>) {
  return {
    early: instantText(early),
    median: instantText(median),
    late: instantText(late),
    ...(probability === null ? {} : { lateProbability: probability }),
  }
}
