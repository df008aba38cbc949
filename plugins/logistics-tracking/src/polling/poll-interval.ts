import { isEnded, type Status } from '../scans/status.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** How soon something new is to be expected. Carriers scan at hubs every few hours, and on the day of delivery every few minutes. */
const intervals: Readonly<Record<Status, number>> = {
  registered: 6 * HOUR_MS,
  'label-created': 6 * HOUR_MS,
  ready: 4 * HOUR_MS,
  'picked-up': 3 * HOUR_MS,
  'in-transit': 4 * HOUR_MS,
  'arrived-at-hub': 3 * HOUR_MS,
  customs: 6 * HOUR_MS,
  'customs-held': 6 * HOUR_MS,
  'out-for-delivery': 30 * MINUTE_MS,
  'delivery-attempted': HOUR_MS,
  'available-for-pickup': 4 * HOUR_MS,
  exception: 3 * HOUR_MS,
  returning: 6 * HOUR_MS,
  delivered: DAY_MS,
  returned: DAY_MS,
  lost: DAY_MS,
  cancelled: DAY_MS,
}

/** Without news the wait doubles every so often … */
const DOUBLES_AFTER_MS = 3 * DAY_MS
/** … up to a day. */
const LONGEST_MS = DAY_MS
/** What says nothing for so long says nothing any more. */
const GIVE_UP_MS = 60 * DAY_MS
const FIRST_RETRY_MS = 5 * MINUTE_MS
/** Parcels of one batch do not stay together. */
const SPREAD = 0.2

export interface Polled {
  readonly status: Status
  /** Since the last scan, or since it is followed. */
  readonly quietMs: number
  /** Requests in a row that failed. */
  readonly failures: number
}

/**
 * How long to wait before a parcel is asked after again. Pure.
 * @param draw from 0 up to 1
 * @returns undefined: no more
 */
export function pollInterval(
  { status, quietMs, failures }: Polled,
  draw: number,
): number | undefined {
  if (isEnded(status) || quietMs >= GIVE_UP_MS) return undefined
  const doublings = Math.floor(quietMs / DOUBLES_AFTER_MS)
  const usual = Math.min(LONGEST_MS, intervals[status] * 2 ** doublings)
  const retry = Math.min(LONGEST_MS, FIRST_RETRY_MS * 2 ** (failures - 1))
  const wait = failures > 0 ? retry : usual
  return Math.round(wait * (1 - SPREAD / 2 + SPREAD * draw))
}
