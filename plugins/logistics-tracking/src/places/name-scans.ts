import type { Context } from '@signalbox/sdk'
import type { IncomingScan } from '../scans/incoming-scan.ts'
import { placesNear } from './place-store.ts'
import type { Point } from './point-in-polygon.ts'
import { placeAt } from './visits.ts'

/** Scans that say where by coordinates alone get the name of the place that is there. */
export async function withPlaces(
  ctx: Pick<Context, 'db'>,
  scans: readonly IncomingScan[],
): Promise<readonly IncomingScan[]> {
  const points = scans.flatMap((scan) => pointOf(scan) ?? [])
  if (points.length === 0) return scans
  const places = await placesNear(
    ctx,
    points.map(({ point }) => point),
  )
  if (places.length === 0) return scans
  return scans.map((scan) => {
    const found = pointOf(scan)
    const place = found === undefined ? undefined : placeAt(found.point, places)
    return place === undefined ? scan : { ...scan, placeAt: place.name }
  })
}

function pointOf({
  place,
  latitude,
  longitude,
}: IncomingScan): { readonly point: Point } | undefined {
  if (place !== '' || latitude === undefined || longitude === undefined) return undefined
  return { point: [longitude, latitude] }
}
