import { ofType } from '../facts/effective-facts.ts'
import type { Fact } from '../facts/fact.ts'
import type { ParcelView, ShipmentView } from '../projection/order-view.ts'
import { msOfInstant } from '../time/instant.ts'

/** A state of a parcel (of the whole shipment, without a name) from an instant on. */
export interface TrackEntry {
  readonly parcel: string
  readonly at: number
  readonly status: string
  readonly location?: string
}

const moving: ReadonlySet<string> = new Set([
  'picked-up',
  'in-transit',
  'arrived-at-hub',
  'customs',
  'customs-held',
  'out-for-delivery',
  'available-for-pickup',
  'delivery-attempted',
  'exception',
])
const gone: ReadonlySet<string> = new Set(['returning', 'returned', 'lost', 'cancelled'])

export function progressOf(status: string): 'waiting' | 'moving' | 'delivered' | 'gone' {
  if (status === 'delivered') return 'delivered'
  if (moving.has(status)) return 'moving'
  return gone.has(status) ? 'gone' : 'waiting'
}

/** The least advanced of a shipment's parcels is what it waits for; a parcel that is gone is waited for no more. */
const RANKS = ['waiting', 'moving', 'delivered', 'gone']

/** @param facts in the order of their happening. @param own shipments that the order itself named. Pure. */
export function foldShipments(
  facts: readonly Fact[],
  own: ReadonlySet<string>,
): readonly (ShipmentView & { readonly track: readonly TrackEntry[] })[] {
  const byShipment = new Map<string, Fact[]>()
  for (const fact of facts) {
    if (!fact.node.startsWith('shipment:') || fact.type === 'stock.receipt.created') continue
    const id = fact.node.slice('shipment:'.length)
    byShipment.set(id, [...(byShipment.get(id) ?? []), fact])
  }
  return [...byShipment].map(([shipment, told]) => foldShipment(shipment, told, own, facts))
}

function foldShipment(
  shipment: string,
  told: readonly Fact[],
  own: ReadonlySet<string>,
  all: readonly Fact[],
) {
  const track = foldTrack(told)
  const parcels = parcelsOf(track, told)
  const lagging = [...parcels].sort(
    (a, b) =>
      RANKS.indexOf(progressOf(a.status)) - RANKS.indexOf(progressOf(b.status)) ||
      b.since - a.since,
  )[0]
  const registered = ofType(told, 'logistics.shipment.registered').at(-1)
  const leadTime = ofType(told, 'logistics.lead-time.observed').at(-1)
  const dispatchedAt =
    leadTime === undefined
      ? track.find(({ status }) => progressOf(status) !== 'waiting')?.at
      : msOfInstant(leadTime.data.dispatchedAt)
  const status = lagging?.status ?? 'registered'
  const promised = registered?.data.promisedAt
  const carrier = lastOf(told, 'carrier')
  const numbers = told.flatMap(({ data }) =>
    'trackingNumber' in data ? [data.trackingNumber] : [],
  )
  return {
    shipment,
    direction: directionOf(told, own.has(shipment)),
    ...(carrier === undefined ? {} : { carrier }),
    status,
    since: lagging?.since ?? registered?.happenedAt ?? told[0]?.happenedAt ?? 0,
    parcels,
    trackingNumbers: [...new Set(numbers.filter((one) => one !== undefined))].sort(),
    ...(promised === undefined ? {} : { promisedAt: msOfInstant(promised) }),
    ...(dispatchedAt === undefined ? {} : { dispatchedAt }),
    ...(status === 'delivered' && lagging !== undefined ? { deliveredAt: lagging.since } : {}),
    ...etaOf(told),
    exceptions: exceptionsOf(told),
    alarms: alarmsOf(told, all),
    track,
  }
}

function directionOf(told: readonly Fact[], isOwn: boolean): ShipmentView['direction'] {
  const said = ofType(told, 'logistics.shipment.registered', 'logistics.shipment.delivered').at(-1)
  if (said !== undefined) return said.data.direction as ShipmentView['direction']
  if (isOwn) return 'outbound'
  const isPurchase = told.some(
    ({ data }) => 'purchaseOrder' in data && data.purchaseOrder !== undefined,
  )
  return isPurchase ? 'inbound' : 'outbound'
}

/**
 * States as their owner knows them now. He says at `at` that since `occurredAt` a parcel is in a state: whatever he said before of
 * later instants he takes back with it, as a delivery that was none.
 */
function foldTrack(told: readonly Fact[]): readonly TrackEntry[] {
  const words = told.flatMap(wordsOf)
  words.sort((a, b) => a.knownAt - b.knownAt || a.at - b.at || (a.fact < b.fact ? -1 : 1))
  const tracks = new Map<string, TrackEntry[]>()
  for (const { knownAt: _, fact: __, ...entry } of words) {
    const before = (tracks.get(entry.parcel) ?? []).filter(({ at }) => at <= entry.at)
    const isSame = before.at(-1)?.status === entry.status
    tracks.set(entry.parcel, isSame ? before : [...before, entry])
  }
  return [...tracks.values()].flat().sort((a, b) => a.at - b.at || (a.parcel < b.parcel ? -1 : 1))
}

function wordsOf(
  fact: Fact,
): readonly (TrackEntry & { readonly knownAt: number; readonly fact: string })[] {
  const base = { at: fact.happenedAt, fact: fact.fact }
  if (fact.type === 'logistics.shipment.status-changed') {
    const { to, parcel = '', at, location } = fact.data
    const where = location === undefined ? {} : { location }
    return [{ ...base, parcel, status: to, knownAt: msOfInstant(at), ...where }]
  }
  if (fact.type === 'logistics.shipment.delivered') {
    return [{ ...base, parcel: '', status: 'delivered', knownAt: fact.publishedAt }]
  }
  return []
}

/** Parcels by their newest state; what was said of the whole shipment later counts for each of them. */
function parcelsOf(track: readonly TrackEntry[], told: readonly Fact[]): readonly ParcelView[] {
  const newest = new Map<string, TrackEntry>()
  for (const entry of track) newest.set(entry.parcel, entry)
  const whole = newest.get('')
  const named = [...newest.keys()].filter((parcel) => parcel !== '').sort()
  const shown = named.length === 0 ? [...newest.keys()] : named
  return shown.flatMap((parcel) => {
    const own = newest.get(parcel)
    const entry = own !== undefined && (whole === undefined || own.at > whole.at) ? own : whole
    if (entry === undefined) return []
    const number = told.find(
      ({ data }) => 'trackingNumber' in data && (data.parcel ?? '') === parcel,
    )?.data as { readonly trackingNumber?: string } | undefined
    return [
      {
        ...(parcel === '' ? {} : { parcel }),
        ...{ status: entry.status, since: entry.at },
        ...(number?.trackingNumber === undefined ? {} : { trackingNumber: number.trackingNumber }),
        ...(entry.location === undefined ? {} : { location: entry.location }),
      },
    ]
  })
}

function etaOf(told: readonly Fact[]): Pick<ShipmentView, 'eta'> {
  const said = ofType(told, 'logistics.eta.changed').at(-1)
  if (said === undefined) return {}
  const { eta, early, late } = said.data
  return {
    eta: {
      at: msOfInstant(eta),
      ...(early === undefined ? {} : { early: msOfInstant(early) }),
      ...(late === undefined ? {} : { late: msOfInstant(late) }),
      saidAt: said.happenedAt,
    },
  }
}

function exceptionsOf(told: readonly Fact[]): ShipmentView['exceptions'] {
  const closed = new Map(
    ofType(told, 'logistics.exception.closed').map((fact) => [
      fact.data.exception,
      fact.happenedAt,
    ]),
  )
  return ofType(told, 'logistics.exception.opened').map(({ data, happenedAt }) => {
    const closedAt = closed.get(data.exception)
    return {
      ...{ exception: data.exception, kind: data.kind, text: data.text, openedAt: happenedAt },
      ...(data.owner === undefined ? {} : { owner: data.owner }),
      ...(closedAt === undefined ? {} : { closedAt }),
    }
  })
}

/** An alarm is settled when its exception is closed, or all its lots are decided after it. */
function alarmsOf(told: readonly Fact[], all: readonly Fact[]): ShipmentView['alarms'] {
  return ofType(told, 'logistics.sensor.alarm').map(({ data, happenedAt }) => {
    const settledAt = earliest(
      exceptionsOf(told)
        .filter(({ kind, closedAt }) => kind === 'temperature' && closedAt !== undefined)
        .map(({ closedAt }) => closedAt as number),
      decisionsAfter(data.shipment, data.lots, all, happenedAt),
      happenedAt,
    )
    const { measure, value, unit, since } = data
    return {
      ...{ measure, value, unit, since: msOfInstant(since), at: happenedAt },
      ...(settledAt === undefined ? {} : { settledAt }),
    }
  })
}

function earliest(
  closings: readonly number[],
  decided: number | undefined,
  after: number,
): number | undefined {
  const all = [...closings, ...(decided === undefined ? [] : [decided])].filter((at) => at >= after)
  return all.length === 0 ? undefined : Math.min(...all)
}

function decisionsAfter(
  shipment: string,
  named: readonly string[] | undefined,
  all: readonly Fact[],
  after: number,
): number | undefined {
  const arrived = ofType(all, 'stock.receipt.created')
    .filter(({ data }) => data.shipment === shipment)
    .map(({ data }) => data.lot)
  const lots = new Set([...arrived, ...(named ?? [])])
  const decided = new Map<string, number>()
  for (const { data, happenedAt } of ofType(all, 'quality.lot.released', 'quality.lot.rejected')) {
    const { held, pending } = data.quantities
    if (lots.has(data.lot) && happenedAt >= after && held + pending === 0) {
      decided.set(data.lot, decided.get(data.lot) ?? happenedAt)
    }
  }
  return lots.size > 0 && decided.size === lots.size ? Math.max(...decided.values()) : undefined
}

function lastOf(told: readonly Fact[], field: 'carrier'): string | undefined {
  const said = told.flatMap(({ data }) => (field in data ? [(data as never)[field]] : []))
  return said.filter((one) => one !== undefined).at(-1)
}
