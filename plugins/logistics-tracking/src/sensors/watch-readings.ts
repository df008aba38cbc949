import type { Context, EventWish, Statement } from '@signalbox/sdk'
import { sha256 } from '../epcis/event-hash/sha-256.ts'
import { classOfKey, lotOfKey } from '../identifiers/kind-of-key.ts'
import { contentsOf } from '../trace/contents.ts'
import type { MembershipRow } from '../trace/event-links.ts'
import { type SeriesReading, seriesName } from './event-readings.ts'
import type { Reading } from './excursions.ts'
import { measures } from './measure.ts'
import { type AlarmPlan, planAlarms } from './plan-alarms.ts'
import { fits, type SensorLimit, type Watched } from './sensor-limit.ts'
import {
  insertAlarms,
  insertReadings,
  readLimits,
  readSeries,
  touchSeries,
  updateAlarms,
} from './sensor-store.ts'

/** The shipment that a unit or parcel travels in, as the register of shipments knows it. */
export interface ShipmentOfKey {
  readonly shipment: string
  readonly orders?: readonly string[]
  readonly purchaseOrder?: string
  readonly parcel?: string
  readonly trackingNumber?: string
  readonly carrier?: string
  /** What it says it has: articles by their number, which may be a GTIN, and their lots. */
  readonly goods?: readonly { readonly sku: string; readonly lot?: string }[]
}

/** @param keys canonical, such as `https://id.gs1.org/00/…` of an SSCC */
export type ShipmentsOf = (
  ctx: Context,
  keys: readonly string[],
) => Promise<ReadonlyMap<string, ShipmentOfKey>>

export interface WatchPlan {
  readonly statements: readonly Statement[]
  readonly events: readonly EventWish[]
}

const nothing: WatchPlan = { statements: [], events: [] }
const MOST_LOTS = 50
/** Devices whose clock is ahead by more say nothing that can be judged yet. */
const AHEAD_MS = 86_400_000

/**
 * What is written and told with new readings: they themselves, and the excursions that begin by them. The statements hold only for
 * what was read: where somebody was quicker they change nothing (CORE_SQL_ROWS_UNEXPECTED), and it is to be planned anew.
 * @param inside what the same document says of what is in what
 */
export async function watchReadings(
  ctx: Context,
  given: readonly SeriesReading[],
  inside: readonly MembershipRow[],
  shipmentsOf: ShipmentsOf,
): Promise<WatchPlan> {
  const now = ctx.now()
  const fresh = given.filter(({ at }) => at <= now + AHEAD_MS)
  const bySeries = Map.groupBy(fresh, seriesName)
  if (bySeries.size === 0) return nothing
  const from = new Map(
    Array.from(bySeries, ([name, rows]) => [name, Math.min(...rows.map(({ at }) => at))] as const),
  )
  const subjects = [...new Set(fresh.map(({ subject }) => subject))]
  const limits = await readLimits(ctx)
  const [contents, shipments, { states, cut }] = await Promise.all([
    limits.length === 0
      ? new Map<string, string[]>()
      : contentsOf(ctx, subjects, inside, lastOf(fresh)),
    shipmentsOf(ctx, subjects),
    readSeries(ctx, from),
  ])
  const touched = Array.from(bySeries, ([series, rows]) => {
    const [first] = rows
    const { subject = '', device = '', measure = 'temperature' } = first ?? {}
    const last_ms = Math.max(...rows.map(({ at }) => at))
    return { series, subject, device, measure, last_ms, seen: states.get(series)?.revision ?? 0 }
  })
  const plans = touched.map(({ series, subject, device, measure }) => {
    const state = states.get(series)
    const watched = watchedOf(subject, device, contents.get(subject) ?? [], shipments.get(subject))
    const fitting = limits.filter((limit) => fits(limit, measure, watched))
    const all = merged(state?.readings ?? [], bySeries.get(series) ?? [])
    const plan = planAlarms(series, all, fitting, state?.alarms ?? [])
    return { plan, subject, device, measure, watched }
  })
  return planOf(ctx, { touched, fresh, plans, shipments, cut, now })
}

interface SeriesPlan {
  readonly plan: AlarmPlan
  readonly subject: string
  readonly device: string
  readonly measure: SeriesReading['measure']
  readonly watched: Watched
}

interface Planned {
  readonly touched: Parameters<typeof touchSeries>[1]
  readonly fresh: readonly SeriesReading[]
  readonly plans: readonly SeriesPlan[]
  readonly shipments: ReadonlyMap<string, ShipmentOfKey>
  /** Not all readings were read: what was known before is not judged anew. */
  readonly cut: boolean
  readonly now: number
}

function planOf({ tenant }: Context, planned: Planned): WatchPlan {
  const { touched, fresh, plans, shipments, cut, now } = planned
  const raised = plans.flatMap(({ plan, subject, device, measure, watched }) =>
    plan.raised.map(({ alarm, limit }) => {
      const shipment = shipments.get(subject) ?? { shipment: shipmentName(subject) }
      const lots = lotNames(watched.lots, shipment.goods)
      return { alarm, limit, shipment, device, measure, lots }
    }),
  )
  const changed = cut ? [] : plans.flatMap(({ plan }) => plan.changed)
  const rows = fresh.map((reading) => ({ ...reading, series: seriesName(reading) }))
  return {
    statements: [
      touchSeries(tenant, touched),
      insertReadings(tenant, rows),
      ...(raised.length === 0 ? [] : [insertAlarms(tenant, raised.map(alarmToKeep), now)]),
      ...(changed.length === 0 ? [] : [updateAlarms(changed)]),
    ],
    events: raised.map(alarmEvent),
  }
}

interface Raised {
  readonly alarm: AlarmPlan['raised'][number]['alarm']
  readonly limit: SensorLimit
  readonly shipment: ShipmentOfKey
  readonly device: string
  readonly measure: SeriesReading['measure']
  readonly lots: readonly string[]
}

function alarmToKeep({ alarm, limit, shipment, lots }: Raised) {
  return {
    ...alarm,
    shipment: shipment.shipment,
    lower_limit: limit.lower ?? null,
    upper_limit: limit.upper ?? null,
    lots,
  }
}

function alarmEvent({ alarm, limit, shipment, device, measure, lots }: Raised): EventWish {
  const { lower, upper } = limit
  const { goods: _, ...of } = shipment
  return {
    type: 'logistics.sensor.alarm',
    key: shipment.shipment.slice(0, 200),
    id: `sensor-alarm ${sha256(alarm.alarm)}`,
    data: {
      ...of,
      ...(device === '' ? {} : { device: device.slice(0, 200) }),
      ...{ measure, value: alarm.worst, unit: measures[measure].unit },
      ...(lower === undefined ? {} : { lower }),
      ...(upper === undefined ? {} : { upper }),
      since: new Date(alarm.since_ms).toISOString(),
      minutes: Math.round(alarm.minutes * 100) / 100,
      ...(lots.length === 0 ? {} : { lots }),
      at: new Date(alarm.last_ms).toISOString(),
    },
  }
}

const shipmentPrefix = 'shipment:'

/** The subject of readings that are reported for a whole shipment. */
export function shipmentSubject(shipment: string): string {
  return shipmentPrefix + shipment
}

/** A unit that is in no registered shipment is told of by its own name. */
function shipmentName(subject: string): string {
  return (
    subject.startsWith(shipmentPrefix) ? subject.slice(shipmentPrefix.length) : subject
  ).slice(0, 200)
}

function watchedOf(
  subject: string,
  device: string,
  contents: readonly string[],
  shipment: ShipmentOfKey | undefined,
): Watched {
  const goods = [
    ...new Set([subject, ...contents, ...(shipment?.goods ?? []).flatMap(keysOfGoods)]),
  ]
  const isShipment = subject.startsWith(shipmentPrefix)
  return {
    device,
    units: goods,
    lots: goods.filter((key) => lotOfKey(key) !== undefined),
    products: [...new Set(goods.flatMap((key) => classOfKey(key) ?? []))],
    shipments: [
      ...(shipment === undefined ? [] : [shipment.shipment]),
      ...(isShipment ? [shipmentName(subject)] : []),
    ],
  }
}

/** Articles under their GTIN have the keys of limits; under a number of one's own they have none. */
function keysOfGoods({ sku, lot }: { readonly sku: string; readonly lot?: string }) {
  if (!/^(?:[0-9]{8}|[0-9]{12,14})$/.test(sku)) return []
  const product = `https://id.gs1.org/01/${sku.padStart(14, '0')}`
  return lot === undefined ? [product] : [`${product}/10/${encodeURIComponent(lot)}`]
}

function lotNames(lots: readonly string[], goods: ShipmentOfKey['goods'] = []): readonly string[] {
  const names = [
    ...lots.flatMap((key) => lotOfKey(key) ?? []),
    ...goods.flatMap(({ lot }) => lot ?? []),
  ]
  return [...new Set(names)].sort().slice(0, MOST_LOTS)
}

/** One reading for an instant, the first one kept before those that come now. */
function merged(kept: readonly Reading[], fresh: readonly Reading[]): readonly Reading[] {
  const all = new Map<number, Reading>()
  for (const reading of [...kept, ...fresh]) if (!all.has(reading.at)) all.set(reading.at, reading)
  return [...all.values()].sort((a, b) => a.at - b.at)
}

function lastOf(readings: readonly SeriesReading[]): number {
  return Math.max(...readings.map(({ at }) => at))
}
