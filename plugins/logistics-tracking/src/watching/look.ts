import type { EventWish } from '@signalbox/sdk'
import { type Expectation, expectArrival } from '../arrivals/expect-arrival.ts'
import type { KnownLanes } from '../arrivals/lane-store.ts'
import type { StartedTrip } from '../arrivals/trip-of.ts'
import { instantText } from '../calls/instant.ts'
import {
  type ExceptionLimits,
  type Finding,
  findingsOf,
  reconcile,
  type ShipmentFacts,
} from '../exceptions/exception-rules.ts'
import { type OwnerRule, ownerOf } from '../exceptions/owner-rules.ts'
import { isEnded } from '../scans/status.ts'
import type { Shipment } from '../shipments/shipment.ts'
import type { WatchedShipment } from './watched-shipment.ts'

export interface LookRules {
  readonly limits: ExceptionLimits
  readonly owners: readonly OwnerRule[]
}

export interface OpenedException extends Finding {
  readonly exception: string
  readonly owner?: string
}

/** What a look at a shipment found, ready to be written. */
export interface Look {
  readonly shipment: string
  readonly revision: number
  readonly arrival?: Expectation
  /** What is now the last that was told. */
  readonly toldMs?: number
  readonly opened: readonly OpenedException[]
  readonly closed: readonly string[]
  /** Null: it is over. */
  readonly lookAtMs: number | null
  readonly events: readonly EventWish[]
}

const HOUR_MS = 3_600_000
/** Nobody plans by less than two hours, or by a tenth of what is still to come. */
const TOLD_MS = 2 * HOUR_MS
const TOLD_SHARE = 0.1
/** Nothing happens for that long at most before somebody looks again. */
const LONGEST_MS = 6 * HOUR_MS
const SOONEST_MS = 5 * 60_000

/** @param id draws the id of an exception. */
export function lookAt(
  watched: WatchedShipment,
  trips: readonly StartedTrip[],
  lanes: KnownLanes,
  { limits, owners }: LookRules,
  { nowMs, id }: { readonly nowMs: number; readonly id: () => string },
): Look {
  const { shipment, toldMs } = watched
  const isOver = isEnded(shipment.status)
  const arrival = isOver ? undefined : expectArrival(lanes, trips, nowMs, shipment.promisedAt)
  const [trip] = trips
  const facts = factsOf(watched, arrival, lanes.silences.get(trip?.carrier ?? ''), nowMs)
  const found = findingsOf(facts, limits)
  const kinds = watched.open.map(({ kind }) => kind)
  const { opened, passed } = reconcile(kinds, found, shipment.status)
  const said = {
    direction: shipment.direction,
    ...(trip === undefined ? {} : { carrier: trip.carrier, lane: trip.lane }),
  }
  const fresh = opened.map((finding): OpenedException => {
    const owner = ownerOf(owners, { ...said, kind: finding.kind })
    return { ...finding, exception: id(), ...(owner === undefined ? {} : { owner }) }
  })
  const closed = watched.open.filter(({ kind }) => passed.includes(kind))
  const isTold = arrival !== undefined && isNews(arrival.medianMs, toldMs, nowMs)
  const told = isTold ? Math.round(arrival.medianMs) : toldMs
  return {
    ...{ shipment: shipment.shipment, revision: shipment.revision, opened: fresh },
    closed: closed.map(({ exception }) => exception),
    ...(arrival === undefined ? {} : { arrival }),
    ...(told === undefined ? {} : { toldMs: told }),
    lookAtMs: isOver ? null : nextLook(facts, limits, lanes.silences.get(trip?.carrier ?? '')),
    events: [
      ...(isTold ? [etaChanged(watched, arrival, nowMs)] : []),
      ...fresh.map((one) => exceptionOpened(shipment, one, nowMs)),
      ...closed.map(({ exception }) => exceptionClosed(shipment, exception, 'passed', nowMs)),
    ],
  }
}

function factsOf(
  { shipment, parcels, offRouteM }: WatchedShipment,
  arrival: Expectation | undefined,
  usualSilenceHours: number | undefined,
  nowMs: number,
): ShipmentFacts {
  const states = parcels.map(({ state }) => state)
  const since = states.map(({ statusAt }) => statusAt ?? shipment.registeredAt)
  const scans = states.map(({ lastScanAt }) => lastScanAt ?? shipment.registeredAt)
  const reason = states.find((state) => state.status === shipment.status)?.reason
  return {
    status: shipment.status,
    ...(reason === undefined ? {} : { reason }),
    statusSinceMs: Math.min(...since, nowMs),
    // The parcel that was silent longest: the shipment has not come until its last parcel has.
    lastScanMs: Math.min(...scans, nowMs),
    deliveryAttempts: Math.max(0, ...states.map(({ attempts }) => attempts)),
    ...(shipment.promisedAt === undefined ? {} : { promisedAtMs: shipment.promisedAt }),
    ...(arrival?.lateProbability === undefined ? {} : { lateProbability: arrival.lateProbability }),
    ...(usualSilenceHours === undefined ? {} : { usualSilenceHours }),
    ...(offRouteM === undefined ? {} : { offRouteM }),
    nowMs,
  }
}

function isNews(medianMs: number, toldMs: number | undefined, nowMs: number): boolean {
  if (toldMs === undefined) return true
  const threshold = Math.max(TOLD_MS, (medianMs - nowMs) * TOLD_SHARE)
  return Math.abs(medianMs - toldMs) >= threshold
}

/** When, at the latest, a rule may find something that it does not find now. */
function nextLook(
  { lastScanMs, statusSinceMs, promisedAtMs, nowMs }: ShipmentFacts,
  { silenceHours, customsHours }: ExceptionLimits,
  usualSilenceHours = silenceHours,
): number {
  const moments = [
    lastScanMs + usualSilenceHours * HOUR_MS,
    statusSinceMs + customsHours * HOUR_MS,
    promisedAtMs ?? Number.POSITIVE_INFINITY,
    nowMs + LONGEST_MS,
  ]
  return Math.min(...moments.filter((moment) => moment >= nowMs + SOONEST_MS))
}

function etaChanged(
  { shipment, parcels, toldMs }: WatchedShipment,
  arrival: Expectation,
  nowMs: number,
) {
  const { lateProbability } = arrival
  const [only] = parcels.length === 1 ? parcels : []
  return of(shipment, 'logistics.eta.changed', {
    eta: instantText(Math.round(arrival.medianMs)),
    early: instantText(Math.round(arrival.earlyMs)),
    late: instantText(Math.round(arrival.lateMs)),
    ...(only?.carrier == null ? {} : { carrier: only.carrier }),
    ...(toldMs === undefined ? {} : { from: instantText(toldMs) }),
    ...(shipment.promisedAt === undefined ? {} : { promisedAt: instantText(shipment.promisedAt) }),
    ...(lateProbability === undefined ? {} : { lateProbability }),
    at: instantText(nowMs),
  })
}

export function exceptionOpened(
  shipment: Pick<Shipment, 'shipment' | 'orders' | 'purchaseOrder'>,
  { exception, kind, owner, text }: OpenedException,
  nowMs: number,
): EventWish {
  const data = { exception, kind, ...(owner === undefined ? {} : { owner }), text }
  return of(shipment, 'logistics.exception.opened', { ...data, openedAt: instantText(nowMs) })
}

export function exceptionClosed(
  shipment: Pick<Shipment, 'shipment' | 'orders' | 'purchaseOrder'>,
  exception: string,
  resolution: string,
  nowMs: number,
): EventWish {
  const closedAt = instantText(nowMs)
  return of(shipment, 'logistics.exception.closed', { exception, resolution, closedAt })
}

function of(
  { shipment, orders, purchaseOrder }: Pick<Shipment, 'shipment' | 'orders' | 'purchaseOrder'>,
  type: string,
  data: object,
): EventWish {
  const named = {
    shipment,
    ...(orders.length === 0 ? {} : { orders }),
    ...(purchaseOrder === undefined ? {} : { purchaseOrder }),
  }
  return { type, key: shipment.slice(0, 200), data: { ...named, ...data } }
}
