import { type Context, Refusal, type Statement } from '@signalbox/sdk'
import { again } from '../calls/again.ts'
import { readInstant } from '../calls/instant.ts'
import { toldTransaction } from '../calls/told-transaction.ts'
import { carrierOf, normalNumber } from '../carriers/detect-carrier.ts'
import { unitOf } from '../identifiers/unit-of.ts'
import { putAside, reusedNumbers, withoutNumbers } from '../parcels/number-reuse.ts'
import { type Content, type Parcel, unscanned } from '../parcels/parcel.ts'
import { type Known, readKnown, writeParcels } from '../parcels/parcel-store.ts'
import { startPolling } from '../polling/poll-store.ts'
import type { PollingSettings } from '../polling/settings.ts'
import { lookSoon } from '../watching/look-soon.ts'
import { onShipmentChanged } from './on-shipment-changed.ts'
import { type Direction, followed, type Shipment } from './shipment.ts'
import { writeShipments } from './shipment-row.ts'
import { type ShipmentView, shipmentView } from './shipment-view.ts'

export interface ShipmentWish {
  readonly shipment: string
  readonly direction: Direction
  readonly orders?: readonly string[]
  readonly purchaseOrder?: string
  readonly supplier?: string
  readonly from?: string
  readonly to?: string
  readonly promisedAt?: string
  readonly parcels: readonly {
    readonly trackingNumber: string
    readonly carrier?: string
    readonly contents?: readonly Content[]
    readonly units?: readonly string[]
  }[]
}

/** Parcels of one shipment; the contract says the same of one call. */
const MOST_PARCELS = 100
const MOST_ORDERS = 50

/**
 * Follows a shipment. Said again it changes nothing; what is new in it, an order or a parcel, is added. Scans that came before are
 * counted from the beginning.
 */
export async function registerShipment(wish: ShipmentWish, ctx: Context): Promise<ShipmentView> {
  const numbers = wish.parcels.map(({ trackingNumber }) => normalNumber(trackingNumber))
  return again(async () => {
    const all = await readKnown(ctx, numbers, [], wish.shipment)
    const now = ctx.now()
    const reused = reusedNumbers(all, numbers, wish.shipment, now)
    const known = withoutNumbers(all, reused)
    const { shipment, parcels, changed } = merge(known, wish, now)
    if (!changed) return shipmentView(shipment, parcels, now)
    const before = known.shipments.get(wish.shipment)
    const pairs = parcels.map((after) => {
      const was = known.parcels.get(after.parcel)
      // What was scanned before belongs to the shipment from now on: its state is news to whoever follows the shipment.
      return was === undefined || was.shipment === null ? { after } : { before: was, after }
    })
    const change = { tenant: ctx.tenant, now, before, after: shipment, parcels: pairs }
    const followedBy = onShipmentChanged(change)
    const moved = pairs.filter(({ before: was, after }) => was !== after).map((pair) => pair.after)
    const statements = [
      ...putAside(reused, now),
      ...writeShipments(ctx.tenant, [shipment], now),
      ...writeParcels(ctx.tenant, moved, now),
      ...linkStatements(ctx.tenant, wish, numbers),
      ...startPolling(ctx.tenant, moved, ctx.config as PollingSettings, now),
      ...followedBy.statements,
    ]
    await toldTransaction(ctx, statements, followedBy.events)
    await lookSoon(ctx)
    return shipmentView(shipment, parcels, now)
  })
}

function merge(known: Known, wish: ShipmentWish, now: number) {
  const before = known.shipments.get(wish.shipment)
  if (before !== undefined && before.direction !== wish.direction) {
    throw new Refusal(
      'SHIPMENT_DIFFERS',
      `${wish.shipment} is followed already, as ${before.direction}: give another name.`,
    )
  }
  const orders = [...new Set([...(before?.orders ?? []), ...(wish.orders ?? [])])]
  const promisedAt = wish.promisedAt === undefined ? undefined : readInstant(wish.promisedAt, 'Z')
  const base: Shipment = before ?? newShipment(wish, now)
  const wished = wish.parcels.map((one) => wishedParcel(known, wish.shipment, one))
  const names = new Set(wished.map(({ parcel }) => parcel))
  const others = [...known.parcels.values()].filter(
    ({ parcel, shipment }) => shipment === wish.shipment && !names.has(parcel),
  )
  const parcels = [...others, ...new Map(wished.map((one) => [one.parcel, one])).values()]
  if (parcels.length > MOST_PARCELS || orders.length > MOST_ORDERS) {
    throw new Refusal(
      'SHIPMENT_TOO_LARGE',
      `A shipment has at most ${MOST_PARCELS} parcels and ${MOST_ORDERS} orders: split it.`,
    )
  }
  const told = { ...base, orders, ...(promisedAt === undefined ? {} : { promisedAt }) }
  const changed =
    before === undefined ||
    orders.length > before.orders.length ||
    told.promisedAt !== before.promisedAt ||
    wished.some((one) => one !== known.parcels.get(one.parcel))
  return { shipment: followed(told, parcels), parcels, changed }
}

function newShipment(wish: ShipmentWish, now: number): Shipment {
  const { shipment, direction, purchaseOrder, supplier, from, to } = wish
  return {
    ...{ shipment, direction },
    orders: [],
    ...(purchaseOrder === undefined ? {} : { purchaseOrder }),
    ...(supplier === undefined ? {} : { supplier }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    registeredAt: now,
    status: 'registered',
    deliveredTold: false,
    revision: 0,
  }
}

function wishedParcel(
  known: Known,
  shipment: string,
  { trackingNumber, carrier, contents }: ShipmentWish['parcels'][number],
): Parcel {
  const parcel = normalNumber(trackingNumber)
  const was = known.parcels.get(parcel)
  if (was !== undefined && was.shipment !== null && was.shipment !== shipment) {
    throw new Refusal(
      'PARCEL_TAKEN',
      `${parcel} is a parcel of ${was.shipment}: add orders to that shipment, or give another number.`,
    )
  }
  const wanted = carrier ?? was?.carrier ?? carrierOf(parcel) ?? null
  if (was?.shipment === shipment && wanted === was.carrier && contents === undefined) return was
  const isSame = JSON.stringify(contents ?? was?.contents) === JSON.stringify(was?.contents)
  if (was?.shipment === shipment && wanted === was.carrier && isSame) return was
  return {
    ...{ parcel, shipment, carrier: wanted },
    contents: contents ?? was?.contents ?? [],
    state: was?.state ?? unscanned,
    revision: was?.revision ?? 0,
  }
}

function linkStatements(
  tenant: string,
  { shipment, orders = [], parcels }: ShipmentWish,
  numbers: readonly string[],
): readonly Statement[] {
  const units = parcels.flatMap(({ units: list = [] }, i) =>
    list.map((unit) => ({ unit: unitOf(unit), parcel: numbers[i] ?? '' })),
  )
  const statements: Statement[] = []
  if (orders.length > 0) {
    statements.push({
      sql: `insert into shipment_orders (tenant, order_id, shipment) select $1, o, $2 from unnest($3::text[]) as o on conflict do nothing`,
      parameters: [tenant, shipment, orders],
    })
  }
  if (units.length > 0) {
    statements.push({
      sql: `insert into handling_units (tenant, unit, parcel)
            select $1, x.unit, x.parcel from jsonb_to_recordset($2::jsonb) as x (unit text, parcel text)
            on conflict (tenant, unit) do update set parcel = excluded.parcel`,
      parameters: [tenant, JSON.stringify(units)],
    })
  }
  return statements
}
