import type { Context, Statement } from '@signalbox/sdk'
import { unitNumber } from '../identifiers/kind-of-key.ts'
import { type EventRow, keysOf } from './event-row.ts'
import { bareName } from './standard-names.ts'

/** An event of EPCIS as a scan of a parcel or handling unit. */
export interface EventScan {
  /** The SSCC, GINC, GSIN or other number by which the unit is known, digits or text alone. */
  readonly number: string
  readonly key: string
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly status: ScanStatus
  /** `receiving/damaged`: business step and disposition, bare. */
  readonly code: string
  readonly place: string
  /** The event hash, by which a scan is one scan however often it comes. */
  readonly event: string
  /** The event says that the scan with this status and instant never was. */
  readonly voids: boolean
}

export type ScanStatus =
  | 'ready'
  | 'picked-up'
  | 'in-transit'
  | 'arrived-at-hub'
  | 'delivered'
  | 'exception'
  | 'returned'
  | 'lost'

/**
 * Takes scans of any source; it must take one twice without harm.
 * @param done is written with the last of them
 */
export type TakeScans = (
  ctx: Context,
  scans: readonly EventScan[],
  done: readonly Statement[],
) => Promise<unknown>

/** What a scan is made from. */
export type ScannedEvent = Pick<
  EventRow,
  | 'event'
  | 'event_type'
  | 'at_ms'
  | 'biz_step'
  | 'disposition'
  | 'read_point'
  | 'biz_location'
  | 'body'
>

/** What a disposition says, it says whatever the step is. */
const byDisposition: Readonly<Record<string, ScanStatus>> = {
  damaged: 'exception',
  destroyed: 'lost',
  stolen: 'lost',
  returned: 'returned',
}

/**
 * Business steps of CBV 2.0 §7.1 in the words that carriers' words are mapped onto. `receiving` is the consignee's: a hub that takes
 * goods in on their way says `arriving`, or has them `in_transit`.
 */
const byStep: Readonly<Record<string, ScanStatus>> = {
  packing: 'ready',
  staging_outbound: 'ready',
  loading: 'picked-up',
  shipping: 'in-transit',
  departing: 'in-transit',
  transporting: 'in-transit',
  arriving: 'arrived-at-hub',
  unloading: 'arrived-at-hub',
  receiving: 'delivered',
  accepting: 'delivered',
}

/**
 * Scans of the units that an event names; none where its step says nothing of a journey.
 * @param isVoid another event says that this one was wrong
 */
export function scansOf(row: ScannedEvent, isVoid = false): readonly EventScan[] {
  const step = row.biz_step === null ? '' : bareName('bizStep', row.biz_step)
  const disposition = row.disposition === null ? '' : bareName('disposition', row.disposition)
  const status = statusOf(step, disposition)
  if (
    status === undefined ||
    !['ObjectEvent', 'AggregationEvent', 'TransactionEvent'].includes(row.event_type)
  ) {
    return []
  }
  const isInside = row.event_type === 'AggregationEvent'
  return keysOf(row.body).flatMap(({ key, role }) => {
    const number = unitNumber(key)
    if (number === undefined || (isInside ? role !== 'parent' : role === 'transaction')) return []
    return {
      ...{ number, key, at: row.at_ms, status },
      code: disposition === '' ? step : `${step}/${disposition}`,
      place: row.read_point ?? row.biz_location ?? '',
      event: row.event,
      voids: isVoid,
    }
  })
}

function statusOf(step: string, disposition: string): ScanStatus | undefined {
  const isUnderWay = step === 'receiving' && disposition === 'in_transit'
  return byDisposition[disposition] ?? (isUnderWay ? 'arrived-at-hub' : byStep[step])
}
