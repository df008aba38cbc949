import type { Context } from '@signalbox/sdk'
import { instantText, readInstant } from '../calls/instant.ts'
import { normalNumber } from '../carriers/detect-carrier.ts'
import { isTooFarAhead } from '../scans/incoming-scan.ts'
import { shipmentUnknown } from '../shipments/shipment-reads.ts'
import { lookSoon } from '../watching/look-soon.ts'
import { placesNear } from './place-store.ts'
import type { Point } from './point-in-polygon.ts'
import { insertPositions, lookNow, moveShipment, readTrack } from './position-store.ts'
import { type Position, placeAt, type Visit, visitsOf } from './visits.ts'
import { inWgs84, type WrittenSystem } from './written-shape.ts'

interface PositionsReport {
  readonly shipment?: string
  readonly trackingNumber?: string
  readonly crs?: WrittenSystem
  readonly positions: readonly {
    readonly at: string
    readonly latitude: number
    readonly longitude: number
  }[]
}

/** Where trackers say that a shipment is. Sent again, or in another order, they are the same. */
async function reportPositions(report: PositionsReport, ctx: Context) {
  const { crs = 'wgs84', positions } = report
  const shipment = await shipmentOfReport(report, ctx)
  const now = ctx.now()
  const told = positions.flatMap(({ at, latitude, longitude }): Position[] => {
    const instant = readInstant(at, 'Z')
    // A receiver that has found nothing yet says that it is at zero.
    const isNowhere = latitude === 0 && longitude === 0
    if (instant === undefined || isNowhere || isTooFarAhead(instant, now)) return []
    const [lon, lat] = inWgs84([longitude, latitude], crs)
    return [{ at: instant, latitude: lat, longitude: lon }]
  })
  const answer = { shipment, taken: told.length, ignored: positions.length - told.length }
  const last = told.toSorted((one, other) => other.at - one.at)[0]
  if (last === undefined) return answer
  const point: Point = [last.longitude, last.latitude]
  const place = placeAt(point, await placesNear(ctx, [point]))
  await ctx.db.transaction([
    insertPositions(ctx.tenant, shipment, told),
    moveShipment(shipment, last, place?.name),
    lookNow(shipment),
  ])
  await lookSoon(ctx)
  return { ...answer, ...(place === undefined ? {} : { place: place.name }) }
}

/** @throws Refusal SHIPMENT_UNKNOWN */
async function shipmentOfReport(
  { shipment, trackingNumber }: PositionsReport,
  { db }: Context,
): Promise<string> {
  const number = trackingNumber === undefined ? null : normalNumber(trackingNumber)
  const { rows } = await db.query<{ shipment: string }>(
    `select h.shipment from shipments h
      where ($1::text is not null or $2::text is not null) and ($1::text is null or h.shipment = $1)
        and ($2::text is null or h.shipment in (select p.shipment from parcels p where p.parcel = $2))`,
    [shipment ?? null, number],
  )
  const [row] = rows
  if (row === undefined) throw shipmentUnknown(shipment ?? trackingNumber ?? '')
  return row.shipment
}

export interface Stays {
  readonly visits: readonly Visit[]
  readonly cut: boolean
}

/** When a shipment came to places and left them, by all positions that are known now. */
export async function staysOf(
  ctx: Pick<Context, 'db'>,
  shipment: string,
  parcel: string | null = null,
): Promise<Stays> {
  const { positions, cut } = await readTrack(ctx, shipment, parcel)
  const points = positions.map(({ latitude, longitude }): Point => [longitude, latitude])
  return { visits: visitsOf(positions, await placesNear(ctx, points)), cut }
}

const MOST_VISITS = 200
const MINUTE_MS = 60_000

/** The newest last. */
async function visits({ shipment }: { readonly shipment: string }, ctx: Context) {
  const { rowCount } = await ctx.db.query('select 1 from shipments where shipment = $1', [shipment])
  if (rowCount === 0) throw shipmentUnknown(shipment)
  const stays = await staysOf(ctx, shipment)
  const isCut = stays.cut || stays.visits.length > MOST_VISITS
  return {
    items: stays.visits.slice(-MOST_VISITS).map((visit) => ({
      ...{ place: visit.place, name: visit.name, enteredAt: instantText(visit.enteredAt) },
      ...(visit.leftAt === undefined ? {} : { leftAt: instantText(visit.leftAt) }),
      dwellMinutes: dwellMinutes(visit),
    })),
    ...(isCut ? { cut: true } : {}),
  }
}

/** From coming to leaving; of one that is there, to when it was seen there last. */
export function dwellMinutes({ enteredAt, leftAt, seenAt }: Visit): number {
  return Math.round((leftAt ?? seenAt) / MINUTE_MS - enteredAt / MINUTE_MS)
}

export const positionOperations = { reportPositions, visits }
