import type { EventWish, Statement } from '@signalbox/sdk'
import type { CarrierPack, Meaning } from '../carriers/carrier-pack.ts'
import { carrierOf, normalNumber } from '../carriers/detect-carrier.ts'
import { meaningOf } from '../carriers/read-payload.ts'
import { type Parcel, type StoredScan, unscanned } from '../parcels/parcel.ts'
import { type Known, writeParcels } from '../parcels/parcel-store.ts'
import { onShipmentChanged } from '../shipments/on-shipment-changed.ts'
import { followed } from '../shipments/shipment.ts'
import { writeShipments } from '../shipments/shipment-row.ts'
import { foldScans } from './fold-scans.ts'
import { type IncomingScan, isTooFarAhead } from './incoming-scan.ts'
import { insertScans, type NewRow } from './scan-rows.ts'

/** What comes from outside the tables. */
export interface Given {
  readonly tenant: string
  readonly now: number
  readonly hash: (text: string) => string
  readonly packs: ReadonlyMap<string, CarrierPack>
  /** The body that they came in. */
  readonly message?: string
}

export interface ScanPlan {
  readonly statements: readonly Statement[]
  readonly events: readonly EventWish[]
  readonly outcome: RecordedScans
}

export interface RecordedScans {
  readonly taken: number
  readonly duplicates: number
  readonly quarantined: number
  readonly unmapped: number
  /** Not taken: the parcel has more scans than any that travels. */
  readonly beyond: number
}

/** A parcel of a year with a scan every two hours; more is a sender that has gone wild. */
const MOST_SCANS = 5000

/** What writing some scans does to parcels and shipments, as statements and events of one transaction. Pure. */
export function planScans(known: Known, scans: readonly IncomingScan[], given: Given): ScanPlan {
  const fresh = new Map<string, Map<string, NewRow>>()
  const tally = { taken: 0, duplicates: 0, quarantined: 0, unmapped: 0, beyond: 0 }
  for (const scan of scans) {
    const number = normalNumber(scan.number)
    const parcel = known.units.get(number) ?? number
    const row = rowOf(known, parcel, scan, given)
    const rows = fresh.get(parcel) ?? new Map<string, NewRow>()
    const isKnown = known.scans.get(parcel)?.some(({ digest }) => digest === row.digest) === true
    if (isKnown || rows.has(row.digest)) {
      tally.duplicates += 1
      continue
    }
    if ((known.scans.get(parcel)?.length ?? 0) + rows.size >= MOST_SCANS) {
      tally.beyond += 1
      continue
    }
    rows.set(row.digest, row)
    fresh.set(parcel, rows)
    tally.taken += 1
    if (row.quarantined) tally.quarantined += 1
    if (row.status === null) tally.unmapped += 1
  }
  const parcels = [...fresh].map(([parcel, rows]) =>
    scannedParcel(known, parcel, [...rows.values()]),
  )
  const rows = [...fresh.values()].flatMap((each) => [...each.values()])
  const { statements, events } = planParcels(known, parcels, given)
  const inserts = rows.length === 0 ? [] : [insertScans(given.tenant, rows)]
  return { statements: [...inserts, ...statements], events, outcome: tally }
}

/** What new states of parcels do to them and to their shipments. Pure. */
export function planParcels(
  known: Known,
  parcels: readonly Parcel[],
  { tenant, now }: Pick<Given, 'tenant' | 'now'>,
): Pick<ScanPlan, 'statements' | 'events'> {
  const changed = new Map(parcels.map((parcel) => [parcel.parcel, parcel]))
  const names = new Set(parcels.flatMap(({ shipment }) => shipment ?? []))
  const shipments = [...names].sort().flatMap((name) => known.shipments.get(name) ?? [])
  const changes = shipments.map((before) => {
    const all = [...known.parcels.values()].filter(({ shipment }) => shipment === before.shipment)
    const pairs = all.map((was) => ({ before: was, after: changed.get(was.parcel) ?? was }))
    const after = followed(
      before,
      pairs.map((pair) => pair.after),
    )
    return { tenant, now, before, after, parcels: pairs }
  })
  const followedBy = changes.map(onShipmentChanged)
  return {
    statements: [
      ...writeParcels(tenant, parcels, now),
      ...writeShipments(
        tenant,
        changes.map(({ after }) => after),
        now,
      ),
      ...followedBy.flatMap(({ statements }) => statements),
    ],
    events: followedBy.flatMap(({ events }) => events),
  }
}

function scannedParcel(known: Known, name: string, rows: readonly NewRow[]): Parcel {
  const was = known.parcels.get(name)
  const stored: readonly StoredScan[] = known.scans.get(name) ?? []
  const counted = [...stored, ...rows].filter(({ quarantined }) => !quarantined)
  const carrier = was?.carrier ?? rows.find((row) => row.carrier !== undefined)?.carrier
  return {
    parcel: name,
    shipment: was?.shipment ?? null,
    carrier: carrier ?? carrierOf(name) ?? null,
    contents: was?.contents ?? [],
    state: counted.length === 0 ? unscanned : foldScans(counted),
    revision: was?.revision ?? 0,
  }
}

function rowOf(known: Known, parcel: string, scan: IncomingScan, given: Given): NewRow {
  const { at, codes, pack, place, source, carrier, text, signedBy, latitude, longitude } = scan
  const { status = null, reason, corrects } = meaning(known, scan, given) ?? {}
  const { event, voids } = scan
  const [code = ''] = codes
  const more = { carrier, text, signedBy, latitude, longitude, event, voids }
  return {
    ...{ parcel, at, status, code, pack, source, place: place || (scan.placeAt ?? '') },
    digest: given.hash(JSON.stringify(saidOf(scan))).slice(0, 32),
    quarantined: isTooFarAhead(at, given.now),
    knownAt: given.now,
    ...whatIsGiven({
      ...more,
      reason: scan.reason ?? reason,
      corrects: scan.corrects ?? corrects,
      message: given.message,
    }),
  }
}

/** All that the sender said: said again it is the same scan. */
function saidOf(scan: IncomingScan): readonly unknown[] {
  const { at, codes, pack, place, source, text, signedBy, latitude, longitude } = scan
  const { reason, corrects, event, voids } = scan
  return [
    ...[at, codes, pack, place, source, text, signedBy, latitude, longitude, reason, corrects],
    ...(event === undefined ? [] : [event]),
    ...(voids === undefined ? [] : ['voids', voids]),
  ]
}

type Present<Wish> = { readonly [Name in keyof Wish]?: Exclude<Wish[Name], undefined> }

function whatIsGiven<Wish extends object>(wish: Wish): Present<Wish> {
  const there = Object.entries(wish).filter(([, value]) => value !== undefined)
  return Object.fromEntries(there) as Present<Wish>
}

/** What the tenant has set holds before what the pack says. */
function meaning(
  known: Known,
  { pack, codes }: IncomingScan,
  { packs }: Given,
): Meaning | undefined {
  return meaningOf(codes, known.meanings.get(pack) ?? {}, packs.get(pack)?.codes ?? {})
}
