import type { Status } from './status.ts'

export interface TimelineEntry {
  readonly at: string
  readonly knownAt: string
  /** Of a scan whose word is not mapped: what held before it. */
  readonly status: Status
  readonly mapped?: boolean
  /** Absent where a place was entered or left: that is of the shipment. */
  readonly parcel?: string
  readonly scan?: string
  readonly reason?: string
  readonly text?: string
  readonly place?: string
  readonly latitude?: number
  readonly longitude?: number
  readonly source: string
  readonly quarantined?: boolean
  /** It came to the place, or left it. */
  readonly passage?: 'entered' | 'left'
  readonly dwellMinutes?: number
}

/** An entry, with what tells it from others of its instant. */
export interface DatedEntry {
  readonly at: number
  readonly id: string
  readonly entry: TimelineEntry
}

export function byInstant(one: DatedEntry, other: DatedEntry): number {
  return one.at - other.at || (one.id < other.id ? -1 : 1)
}
