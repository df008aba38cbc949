import { type Context, Refusal, scalar } from '@signalbox/sdk'
import { actorOf } from '../calls/actor.ts'
import { again } from '../calls/again.ts'
import { pageOf, readCursor } from '../calls/cursor.ts'
import { toldTransaction } from '../calls/told-transaction.ts'
import { canonicalKey } from '../identifiers/digital-link.ts'
import { writtenKey } from '../identifiers/written-key.ts'
import type { SeriesReading } from './event-readings.ts'
import { meanKineticTemperature, timedMeanKineticTemperature } from './mean-kinetic-temperature.ts'
import { inUnit, type Measure, measures } from './measure.ts'
import { LONGEST_GAP_MS } from './plan-alarms.ts'
import { type LimitWish, type SensorLimit, sensorLimit } from './sensor-limit.ts'
import { findAlarms, findReadings } from './sensor-queries.ts'
import { deleteLimit, MOST_LIMITS, readLimits, writeLimit } from './sensor-store.ts'
import { type ShipmentsOf, shipmentSubject, watchReadings } from './watch-readings.ts'

export async function setLimit(wish: LimitWish, ctx: Context): Promise<SensorLimit> {
  const limit = sensorLimit(wish)
  const kept = await readLimits(ctx)
  if (kept.length >= MOST_LIMITS && !kept.some(({ id }) => id === limit.id)) {
    throw new Refusal(
      'LIMITS_TOO_MANY',
      `There are ${MOST_LIMITS} limits: drop some that nobody needs.`,
    )
  }
  await writeLimit(ctx, limit, actorOf(ctx), ctx.now())
  return limit
}

export async function dropLimit({ id }: { readonly id: string }, ctx: Context) {
  return { dropped: await deleteLimit(ctx, id) }
}

export async function limits(
  { limit = 50, cursor }: { readonly limit?: number; readonly cursor?: string },
  ctx: Context,
) {
  const rows = await readLimits(ctx, cursor)
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return rows.length > limit && last !== undefined ? { items, next: last.id } : { items }
}

export interface ReadingsReport {
  /** A unit or object by its key. One of this and `shipment`. */
  readonly epc?: string
  readonly shipment?: string
  readonly device?: string
  readonly measure: Measure
  /** UN/ECE Rec. 20. */
  readonly unit: string
  readonly readings: readonly { readonly at: string; readonly value: number }[]
}

/** Readings of a device that does not speak EPCIS. Sent again, they are taken once. */
export async function reportReadings(
  report: ReadingsReport,
  ctx: Context,
  shipmentsOf: ShipmentsOf,
): Promise<{ readonly taken: number; readonly alarms: number }> {
  const readings = readReport(report)
  return again(async () => {
    const { statements, events } = await watchReadings(ctx, readings, [], shipmentsOf)
    if (statements.length === 0) return { taken: 0, alarms: 0 }
    const [, taken = 0] = await toldTransaction(ctx, statements, events)
    return { taken, alarms: events.length }
  })
}

function readReport({ epc, shipment, device = '', measure, unit, readings }: ReadingsReport) {
  if ((epc === undefined) === (shipment === undefined)) {
    throw new Refusal('READINGS_INVALID', 'Say of which epc or of which shipment the readings are.')
  }
  const subject = shipment === undefined ? writtenKey(epc ?? '') : shipmentSubject(shipment)
  return readings.map(({ at, value }): SeriesReading => {
    const converted = inUnit(measure, value, unit)
    if (converted === undefined) {
      const units = Object.keys(measures[measure].units).join(', ')
      throw new Refusal('UNIT_UNKNOWN', `${unit} is no unit of ${measure}: it is one of ${units}.`)
    }
    const common = { subject, device: canonicalKey(device), measure, source: 'report' }
    return { ...common, at: Date.parse(at), value: converted, low: converted, high: converted }
  })
}

export interface SeriesRequest {
  readonly epc?: string
  readonly shipment?: string
  readonly device?: string
  readonly measure?: Measure
  readonly from?: string
  readonly to?: string
}

/** Readings in order of time, and what follows from them: extremes, mean kinetic temperature. */
export async function readings(request: SeriesRequest, ctx: Context) {
  const { epc, shipment, device, measure = 'temperature', from, to } = request
  const subject = shipment === undefined ? epc && writtenKey(epc) : shipmentSubject(shipment)
  const { rows, cut } = await findReadings(ctx, {
    measure,
    ...(subject === undefined ? {} : { subject }),
    ...(device === undefined ? {} : { device: canonicalKey(device) }),
    ...(from === undefined ? {} : { from: Date.parse(from) }),
    ...(to === undefined ? {} : { to: Date.parse(to) }),
  })
  const mean = timedMeanKineticTemperature(rows, LONGEST_GAP_MS)
  const items = rows.map(({ at, value }) => ({ at: new Date(at).toISOString(), value }))
  return {
    unit: measures[measure].unit,
    items,
    ...(rows.length === 0 ? {} : extremes(rows)),
    ...(measure === 'temperature' && mean !== undefined ? { meanKinetic: mean } : {}),
    ...(cut ? { cut } : {}),
  }
}

function extremes(rows: readonly { readonly low: number; readonly high: number }[]) {
  return {
    lowest: Math.min(...rows.map(({ low }) => low)),
    highest: Math.max(...rows.map(({ high }) => high)),
  }
}

export interface AlarmsRequest {
  readonly shipment?: string
  readonly open?: boolean
  readonly limit?: number
  readonly cursor?: string
}

/** Newest first. */
export async function alarms({ shipment, open, limit = 50, cursor }: AlarmsRequest, ctx: Context) {
  const rows = await findAlarms(ctx, { shipment, open, after: readCursor(cursor) }, limit + 1)
  return pageOf(
    rows,
    limit,
    ({ raised_ms, alarm }) => ({ at: raised_ms, id: alarm }),
    (row) => ({
      alarm: row.alarm,
      ...{ shipment: row.shipment, measure: row.measure, subject: row.subject },
      ...(row.device === '' ? {} : { device: row.device }),
      since: new Date(row.since_ms).toISOString(),
      ...(row.until_ms === null ? {} : { until: new Date(row.until_ms).toISOString() }),
      ...{ worst: row.worst, unit: measures[row.measure].unit },
      minutes: Math.round(row.minutes * 100) / 100,
      ...(row.lower_limit === null ? {} : { lower: row.lower_limit }),
      ...(row.upper_limit === null ? {} : { upper: row.upper_limit }),
      lots: row.lots,
    }),
  )
}

/** `mean_kinetic_temp(temperatures)`: °C at equal intervals. */
export const meanKineticUdf = scalar({ args: ['json'], returns: 'f64' }, (values) => {
  const isList = Array.isArray(values) && values.length > 0 && values.length <= 100_000
  if (
    !isList ||
    !values.every((value) => typeof value === 'number' && value > -273.15 && value < 1000)
  ) {
    throw new Refusal(
      'TEMPERATURES_INVALID',
      'Give one or more temperatures in °C, above absolute zero.',
    )
  }
  return meanKineticTemperature(values as number[])
})
