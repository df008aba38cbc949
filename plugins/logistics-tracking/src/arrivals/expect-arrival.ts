import { type Arrival, arrivalOf } from './arrival.ts'
import { passagesOf, tripCurve } from './lane-model.ts'
import type { KnownLanes } from './lane-store.ts'
import type { StartedTrip } from './trip-of.ts'

export interface Expectation extends Arrival {
  /** Of the trip's own lane and carrier. */
  readonly observations: number
}

/** When a shipment arrives, by the nearest milestone that anything is known of; undefined: nothing was ever delivered. */
export function expectArrival(
  lanes: KnownLanes,
  trips: readonly StartedTrip[],
  nowMs: number,
  promisedAtMs: number | undefined,
): Expectation | undefined {
  for (const trip of trips) {
    const curve = tripCurve(lanes, trip)
    if (curve === undefined) continue
    const widen = lanes.ranges.get(trip.milestone)?.widen ?? 0
    const promise = promisedAtMs === undefined ? {} : { promisedAtMs }
    const arrival = arrivalOf(curve, { fromMs: trip.fromMs, nowMs, widen, ...promise })
    return { ...arrival, observations: passagesOf(lanes, trip) }
  }
  return undefined
}
