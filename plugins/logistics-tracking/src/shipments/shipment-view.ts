import { instantText } from '../calls/instant.ts'
import { givenNumber } from '../parcels/number-reuse.ts'
import type { Parcel } from '../parcels/parcel.ts'
import type { Status } from '../scans/status.ts'
import type { Shipment } from './shipment.ts'

export interface ParcelView {
  readonly parcel: string
  readonly carrier?: string
  readonly trackingNumber: string
  readonly status: Status
  readonly reason?: string
  readonly units?: readonly string[]
}

export interface ShipmentView {
  readonly shipment: string
  readonly status: Status
  readonly direction: Shipment['direction']
  readonly orders?: readonly string[]
  readonly promisedAt?: string
  readonly deliveredAt?: string
  /** Promised for earlier than it came, or than now where it did not come yet. */
  readonly late?: boolean
  readonly place?: string
  readonly latitude?: number
  readonly longitude?: number
  readonly eta?: {
    readonly early: string
    readonly median: string
    readonly late: string
    readonly lateProbability?: number
  }
  readonly asOf: string
  readonly parcels: readonly ParcelView[]
}

/** @param asOf when anything of it was known last */
export function shipmentView(
  shipment: Shipment,
  parcels: readonly Parcel[],
  asOf: number,
  {
    now = asOf,
    units = new Map(),
    seen,
  }: { now?: number; units?: ReadonlyMap<string, readonly string[]>; seen?: Seen } = {},
): ShipmentView {
  const { promisedAt, deliveredAt, orders, status, direction } = shipment
  const last = lastPlace(parcels, seen)
  return {
    ...{ shipment: shipment.shipment, status, direction },
    ...(orders.length === 0 ? {} : { orders }),
    ...(promisedAt === undefined ? {} : { promisedAt: instantText(promisedAt) }),
    ...(deliveredAt === undefined ? {} : { deliveredAt: instantText(deliveredAt) }),
    ...(promisedAt === undefined ? {} : { late: (deliveredAt ?? now) > promisedAt }),
    ...(last?.place === undefined ? {} : { place: last.place }),
    ...(last?.latitude === undefined ? {} : { latitude: last.latitude }),
    ...(last?.longitude === undefined ? {} : { longitude: last.longitude }),
    asOf: instantText(asOf),
    parcels: parcels.map((parcel) => parcelView(parcel, units.get(parcel.parcel))),
  }
}

function parcelView(
  { parcel, carrier, state: { status, reason } }: Parcel,
  units: readonly string[] | undefined,
): ParcelView {
  return {
    ...{ parcel, trackingNumber: givenNumber(parcel), status },
    ...(carrier === null ? {} : { carrier }),
    ...(reason === undefined ? {} : { reason }),
    ...(units === undefined ? {} : { units }),
  }
}

/** Where a tracker saw it last. */
export interface Seen {
  readonly at: number
  readonly latitude: number
  readonly longitude: number
  readonly place?: string
}

type LastPlace = Pick<Parcel['state'], 'place' | 'latitude' | 'longitude'>

function lastPlace(parcels: readonly Parcel[], seen: Seen | undefined): LastPlace | undefined {
  const scanned = lastScanned(parcels)
  if (seen === undefined || seen.at < (scanned?.positionedAt ?? 0)) return scanned
  const { latitude, longitude, place = scanned?.place } = seen
  return { latitude, longitude, ...(place === undefined ? {} : { place }) }
}

function lastScanned(parcels: readonly Parcel[]) {
  return parcels
    .map(({ state }) => state)
    .reduce<Parcel['state'] | undefined>(
      (last, one) => ((one.lastScanAt ?? -1) > (last?.lastScanAt ?? -2) ? one : last),
      undefined,
    )
}
