import type { ParcelState } from '../scans/scan.ts'
import { isEnded } from '../scans/status.ts'
import type { Shipment } from '../shipments/shipment.ts'
import { dispatchSeason } from './dispatch-season.ts'
import type { Trip } from './lane-model.ts'
import type { Milestone } from './passage.ts'

/** A trip with the instant that its clock runs from. */
export interface StartedTrip extends Trip {
  readonly fromMs: number
}

export interface ParcelOnItsWay {
  readonly carrier: string | null
  readonly state: ParcelState
}

const milestones: Readonly<Record<string, Milestone>> = {
  'arrived-at-hub': 'arrived-at-hub',
  customs: 'customs',
  'customs-held': 'customs',
  'out-for-delivery': 'out-for-delivery',
}

/** Where nobody says from where to where. */
const nowhere = '?'

/**
 * The trips by which a shipment's arrival can be judged, the nearest milestone first; it has come when its last parcel has. Of one that has
 * not left, the clock starts now.
 */
export function tripsOf(
  shipment: Pick<Shipment, 'from' | 'to' | 'dispatchedAt'>,
  parcels: readonly ParcelOnItsWay[],
  nowMs: number,
  offsetMs: number,
): readonly StartedTrip[] {
  const { from = nowhere, to = nowhere, dispatchedAt = nowMs } = shipment
  const trip = (milestone: Milestone, carrier: string | null, fromMs: number): StartedTrip => ({
    ...{ carrier: carrier ?? 'any', lane: `${from} > ${to}`, milestone, fromMs },
    season: dispatchSeason(fromMs, offsetMs),
  })
  const behind = parcels
    .filter(({ state }) => !isEnded(state.status))
    .sort((one, other) => (one.state.statusAt ?? 0) - (other.state.statusAt ?? 0))[0]
  const carrier = behind?.carrier ?? parcels[0]?.carrier ?? null
  const whole = trip('dispatched', carrier, dispatchedAt)
  const milestone = milestones[behind?.state.status ?? '']
  const since = behind?.state.statusAt
  return milestone === undefined || since === undefined
    ? [whole]
    : [trip(milestone, carrier, since), whole]
}
