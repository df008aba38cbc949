/**
 * The words that every carrier's words are mapped onto, in the order of a parcel's way. Of two scans of one instant the later word
 * of this list holds: whoever says "delivered" and "at the hub" at once has seen the parcel arrive.
 */
export const STATUSES = [
  'registered',
  'label-created',
  'ready',
  'picked-up',
  'in-transit',
  'arrived-at-hub',
  'customs',
  'customs-held',
  'exception',
  'out-for-delivery',
  'delivery-attempted',
  'available-for-pickup',
  'lost',
  'returning',
  'delivered',
  'returned',
  'cancelled',
] as const

export type Status = (typeof STATUSES)[number]

const ranks: ReadonlyMap<string, number> = new Map(STATUSES.map((status, rank) => [status, rank]))

/** Of a scan whose words nobody mapped yet: before all others, for it says nothing of the state. */
const UNMAPPED_RANK = -1

export function rankOf(status: Status | null): number {
  return status === null ? UNMAPPED_RANK : (ranks.get(status) ?? UNMAPPED_RANK)
}

export function isStatus(word: unknown): word is Status {
  return typeof word === 'string' && ranks.has(word)
}

/** Nothing comes after these but a return, a correction, or a word that was wrong. */
const ended: ReadonlySet<Status> = new Set(['delivered', 'returned', 'cancelled', 'lost'])

export function isEnded(status: Status): boolean {
  return ended.has(status)
}

/** The carrier does not have it yet. */
const beforeDispatch: ReadonlySet<Status> = new Set(['registered', 'label-created', 'ready'])

/** Whether the carrier had the parcel when it said so. */
export function isUnderWay(status: Status): boolean {
  return !beforeDispatch.has(status) && status !== 'cancelled'
}
