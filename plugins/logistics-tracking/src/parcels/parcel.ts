import type { ParcelState, Scan } from '../scans/scan.ts'

export interface Content {
  readonly sku: string
  readonly quantity: number
  readonly unit: string
  readonly lot?: string
}

/** A parcel as it is kept. */
export interface Parcel {
  /** Its tracking number, without blanks. */
  readonly parcel: string
  readonly shipment: string | null
  readonly carrier: string | null
  readonly contents: readonly Content[]
  readonly state: ParcelState
  /** Of the row; 0 for one that is not kept yet. */
  readonly revision: number
}

/** A scan as it is kept. */
export interface StoredScan extends Scan {
  readonly digest: string
  readonly pack: string
  /** Dated too far ahead when it came: nobody's clock is right about it yet. */
  readonly quarantined: boolean
}

export const unscanned: ParcelState = { status: 'registered', attempts: 0, scans: 0 }
