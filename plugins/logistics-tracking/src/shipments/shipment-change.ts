import type { EventWish, Statement } from '@signalbox/sdk'
import type { Parcel } from '../parcels/parcel.ts'
import type { Shipment } from './shipment.ts'

/** A shipment before and after scans, or its registration. */
export interface ShipmentChange {
  readonly tenant: string
  /** In milliseconds since the epoch. */
  readonly now: number
  /** undefined: it is followed from now on. */
  readonly before: Shipment | undefined
  readonly after: Shipment
  /** All of the shipment, each as it was and as it is; those that were just registered have no `before`. */
  readonly parcels: readonly { readonly before?: Parcel; readonly after: Parcel }[]
}

export interface Consequence {
  readonly statements?: readonly Statement[]
  readonly events?: readonly EventWish[]
}
