import { isEnded, isUnderWay, rankOf, type Status } from '../scans/status.ts'

/** What somebody must see of a shipment though the other parcels are on their way, the most pressing first. */
const pressing: readonly Status[] = [
  'lost',
  'exception',
  'customs-held',
  'returning',
  'delivery-attempted',
]

/**
 * The state of a shipment from those of its parcels: what is in the way of one is in the way of all; else it is as far as its last
 * parcel. Cancelled parcels are not waited for.
 */
export function shipmentStatus(parcels: readonly Status[]): Status {
  const awaited: readonly Status[] = parcels.filter((status) => status !== 'cancelled')
  const [first] = awaited
  if (first === undefined) return parcels.length === 0 ? 'registered' : 'cancelled'
  const urgent = pressing.find((status) => awaited.includes(status))
  if (urgent !== undefined) return urgent
  const last = awaited.reduce((one, other) => (progress(other) < progress(one) ? other : one))
  // Some have left while others were not handed over: the shipment is on its way.
  return !isUnderWay(last) && awaited.some(isUnderWay) ? 'in-transit' : last
}

/** A parcel that came back is further than any on its way, and not as far as one that was delivered. */
function progress(status: Status): number {
  if (status === 'delivered') return 101
  return isEnded(status) ? 100 : rankOf(status)
}
