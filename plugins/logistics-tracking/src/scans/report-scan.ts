import { type Context, Refusal } from '@signalbox/sdk'
import { actorOf } from '../calls/actor.ts'
import { readInstant } from '../calls/instant.ts'
import { normalNumber } from '../carriers/detect-carrier.ts'
import { inWgs84, type WrittenSystem } from '../places/written-shape.ts'
import { recordScans } from './record-scans.ts'
import type { Status } from './status.ts'

export interface Report {
  readonly shipment?: string
  readonly trackingNumber?: string
  readonly status: Status
  readonly reason?: string
  readonly at: string
  readonly place?: string
  readonly text?: string
  readonly latitude?: number
  readonly longitude?: number
  /** Of the coordinates; they are kept as WGS 84. */
  readonly crs?: WrittenSystem
  readonly signedBy?: string
  readonly corrects?: Status
}

/** A scan by hand or by an app, of one parcel or of all of a shipment. */
export async function reportScan(report: Report, ctx: Context) {
  const at = readInstant(report.at, '+00:00')
  if (at === undefined) throw new Refusal('INSTANT_INVALID', 'Give `at` as RFC 3339.')
  const numbers = await numbersOf(report, ctx)
  const { status, reason, place = '', text, signedBy, corrects } = report
  const { latitude, longitude } = wgs84Of(report)
  const scan = {
    ...{ at, place, pack: 'common', codes: [status], source: actorOf(ctx).slice(0, 100) },
    ...(reason === undefined ? {} : { reason }),
    ...(text === undefined ? {} : { text }),
    ...(latitude === undefined ? {} : { latitude }),
    ...(longitude === undefined ? {} : { longitude }),
    ...(signedBy === undefined ? {} : { signedBy }),
    ...(corrects === undefined ? {} : { corrects }),
  }
  const done = await recordScans(
    ctx,
    numbers.map((number) => ({ ...scan, number })),
  )
  return { taken: takenAs(done), status: await statusNow(report, numbers, ctx) }
}

function wgs84Of({ latitude, longitude, crs = 'wgs84' }: Report) {
  if (latitude === undefined || longitude === undefined) return {}
  const [lon, lat] = inWgs84([longitude, latitude], crs)
  return { latitude: lat, longitude: lon }
}

function takenAs({ taken, quarantined }: { taken: number; quarantined: number }) {
  if (taken === 0) return 'duplicate'
  return quarantined > 0 ? 'quarantined' : 'new'
}

/** @throws Refusal REPORT_WITHOUT_PARCEL, PARCEL_UNKNOWN: what a person reports is of something that is followed */
async function numbersOf(
  { shipment, trackingNumber }: Report,
  { db }: Context,
): Promise<readonly string[]> {
  if (shipment === undefined && trackingNumber === undefined) {
    throw new Refusal('REPORT_WITHOUT_PARCEL', 'Give `shipment` or `trackingNumber`.')
  }
  const number = trackingNumber === undefined ? null : normalNumber(trackingNumber)
  const { rows } = await db.query<{ parcel: string }>(
    `select p.parcel from parcels p
      where ($1::text is null or p.shipment = $1)
        and ($2::text is null or p.parcel = $2 or p.parcel in (select u.parcel from handling_units u where u.unit = $2)) order by 1`,
    [shipment ?? null, number],
  )
  if (rows.length > 0) return rows.map(({ parcel }) => parcel)
  throw new Refusal('PARCEL_UNKNOWN', 'No such parcel is followed: register its shipment first.')
}

async function statusNow(
  { shipment, trackingNumber }: Report,
  numbers: readonly string[],
  { db }: Context,
): Promise<Status> {
  const [number = ''] = numbers
  const { rows } = await db.query<{ status: Status }>(
    trackingNumber === undefined
      ? 'select status from shipments where shipment = $1'
      : 'select status from parcels where parcel = $1',
    [trackingNumber === undefined ? (shipment ?? '') : number],
  )
  return rows[0]?.status ?? 'registered'
}
