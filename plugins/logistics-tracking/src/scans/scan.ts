import type { Status } from './status.ts'

/** What somebody said of a parcel: as it was said, never changed afterwards but for the mapping of its code. */
export interface Scan {
  /** When it happened, in milliseconds since the epoch. */
  readonly at: number
  /** null where nobody has mapped the code yet: it is shown with its own text and moves no state. */
  readonly status: Status | null
  /** The sender's own word, such as `Exception_011`. */
  readonly code: string
  /** Where, as the sender writes it; empty where it is not told. */
  readonly place: string
  readonly source: string
  readonly reason?: string
  readonly signedBy?: string
  readonly latitude?: number
  readonly longitude?: number
  /** Takes back what was said before: every scan of this status up to this instant never was. */
  readonly corrects?: Status
  /** The sender's own name of what happened, where it gives one. */
  readonly event?: string
  /** Takes back just what the sender called so; such a scan says nothing else. */
  readonly voids?: string
}

/** A scan as it was told once or by several, within a minute. */
export interface MergedScan extends Omit<Scan, 'source'> {
  readonly sources: readonly string[]
  /** Taken back by a later correction. */
  readonly voided: boolean
}

export interface ParcelState {
  readonly status: Status
  /** When the status began to hold; absent while nothing was scanned. */
  readonly statusAt?: number
  readonly reason?: string
  /** Of the last scan that says where. */
  readonly place?: string
  readonly latitude?: number
  readonly longitude?: number
  /** When it was where the coordinates say. */
  readonly positionedAt?: number
  readonly dispatchedAt?: number
  readonly deliveredAt?: number
  readonly signedBy?: string
  /** Deliveries that were tried, the one that succeeded included. */
  readonly attempts: number
  /** Scans after merging, those with unknown words included. */
  readonly scans: number
  readonly lastScanAt?: number
}
