import type { EventWish } from '@signalbox/sdk'
import { instantText } from '../calls/instant.ts'
import type { Parcel } from '../parcels/parcel.ts'
import type { Shipment } from './shipment.ts'
import type { Consequence, ShipmentChange } from './shipment-change.ts'

const HOUR_MS = 3_600_000
const DECIMALS = 1000

/** With the number of the only parcel; of several none is the shipment's. */
export function tellRegistered({ before, after, parcels }: ShipmentChange): Consequence {
  if (before !== undefined) return {}
  const { direction, from, to, promisedAt, registeredAt } = after
  const [only] = parcels.length === 1 ? parcels : []
  return one('logistics.shipment.registered', after, {
    direction,
    ...(only === undefined ? {} : parcelOf(only.after, false)),
    ...text('from', from?.slice(0, 200)),
    ...text('to', to?.slice(0, 200)),
    ...instant('promisedAt', promisedAt),
    registeredAt: instantText(registeredAt),
  })
}

/**
 * Of the shipment when its own state changed; of a parcel, with its name, where a shipment has several. Who follows shipments may
 * leave out what names a parcel.
 */
export function tellStatus({ before, after, parcels, now }: ShipmentChange): Consequence {
  const at = instantText(now)
  const events: EventWish[] = []
  const from = before?.status ?? 'registered'
  const [only] = parcels.length === 1 ? parcels : []
  if (from !== after.status) {
    const moved = only ?? newest(parcels)
    const of = only === undefined ? {} : parcelOf(only.after, false)
    const data = { from, to: after.status, ...whatHappened(moved?.after, now), ...of, at }
    events.push(wish('logistics.shipment.status-changed', after, data))
  }
  if (only !== undefined) return { events }
  for (const { before: was, after: is } of parcels) {
    const had = was?.state.status ?? 'registered'
    if (had === is.state.status) continue
    const data = { from: had, to: is.state.status, ...whatHappened(is, now), ...parcelOf(is), at }
    events.push(wish('logistics.shipment.status-changed', after, data))
  }
  return { events }
}

/** Once, whatever is corrected or scanned again later. */
export function tellDelivered({ before, after, parcels }: ShipmentChange): Consequence {
  if (before?.deliveredTold === true || after.deliveredAt === undefined) return {}
  const { direction, deliveredAt, promisedAt } = after
  const signed = parcels.map(({ after: parcel }) => parcel.state.signedBy).find((by) => by)
  return one('logistics.shipment.delivered', after, {
    direction,
    deliveredAt: instantText(deliveredAt),
    ...text('signedBy', signed),
    ...(promisedAt === undefined ? {} : { lateHours: hours(deliveredAt - promisedAt) }),
    parcels: parcels.filter(({ after: { state } }) => state.status === 'delivered').length,
  })
}

/** How long the way was, where both its ends and the way itself are known. */
export function tellLeadTime({ before, after, parcels }: ShipmentChange): Consequence {
  if (before?.deliveredTold === true) return {}
  const { deliveredAt, dispatchedAt, from, to, supplier, purchaseOrder } = after
  if (deliveredAt === undefined || dispatchedAt === undefined) return {}
  if (dispatchedAt >= deliveredAt || from === undefined || to === undefined) return {}
  const carriers = new Set(parcels.map(({ after: parcel }) => parcel.carrier))
  const [carrier] = carriers.size === 1 ? carriers : []
  const lane = laneOf(from, to, carrier ?? undefined)
  const skus = new Set(parcels.flatMap(({ after: { contents } }) => contents.map((one) => one.sku)))
  const items = [...skus].slice(0, 100).map((sku) => ({ sku }))
  const data = {
    ...{ lane, hours: hours(deliveredAt - dispatchedAt) },
    dispatchedAt: instantText(dispatchedAt),
    deliveredAt: instantText(deliveredAt),
    ...text('carrier', carrier ?? undefined),
    ...text('supplier', supplier),
    ...text('purchaseOrder', purchaseOrder),
    ...(items.length === 0 ? {} : { items }),
  }
  const event = wish('logistics.lead-time.observed', after, data)
  return { events: [{ ...event, key: lane }] }
}

/** From, to and carrier: shipments of one lane are expected to take as long. */
function laneOf(from: string, to: string, carrier: string | undefined): string {
  return `${from.slice(0, 80)} > ${to.slice(0, 80)} / ${(carrier ?? 'any').slice(0, 30)}`
}

function whatHappened(parcel: Parcel | undefined, now: number) {
  const { statusAt, reason, place } = parcel?.state ?? {}
  return {
    occurredAt: instantText(statusAt ?? now),
    ...text('reason', reason),
    ...text('location', place),
  }
}

function parcelOf({ parcel, carrier }: Parcel, named = true) {
  return {
    ...(named ? { parcel } : {}),
    trackingNumber: parcel,
    ...text('carrier', carrier ?? undefined),
  }
}

function newest(parcels: ShipmentChange['parcels']) {
  return parcels.reduce<ShipmentChange['parcels'][number] | undefined>((last, one) => {
    const isLater = (one.after.state.statusAt ?? 0) > (last?.after.state.statusAt ?? -1)
    return isLater ? one : last
  }, undefined)
}

function one(type: string, shipment: Shipment, data: object): Consequence {
  return { events: [wish(type, shipment, data)] }
}

function wish(
  type: string,
  { shipment, orders, purchaseOrder }: Shipment,
  data: object,
): EventWish {
  const of = {
    shipment,
    ...(orders.length === 0 ? {} : { orders }),
    ...text('purchaseOrder', purchaseOrder),
  }
  return { type, key: shipment.slice(0, 200), data: { ...of, ...data } }
}

function hours(ms: number): number {
  return Math.round((ms / HOUR_MS) * DECIMALS) / DECIMALS
}

function text<Name extends string>(name: Name, value: string | undefined) {
  return value === undefined || value === '' ? {} : { [name]: value }
}

function instant<Name extends string>(name: Name, ms: number | undefined) {
  return ms === undefined ? {} : { [name]: instantText(ms) }
}
