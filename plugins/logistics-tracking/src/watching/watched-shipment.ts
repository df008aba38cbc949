import type { ParcelOnItsWay } from '../arrivals/trip-of.ts'
import type { ExceptionKind } from '../exceptions/exception-rules.ts'
import type { Shipment } from '../shipments/shipment.ts'

/** A shipment that is not over, with what has been said of it. */
export interface WatchedShipment {
  readonly shipment: Shipment
  readonly parcels: readonly ParcelOnItsWay[]
  /** The expected arrival that was told last. */
  readonly toldMs?: number
  /** Metres, where it is further from its planned route than the tolerance. */
  readonly offRouteM?: number
  readonly open: readonly { readonly exception: string; readonly kind: ExceptionKind }[]
}
