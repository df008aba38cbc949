import { degreesOf, metresBetween, metresToLine } from './metres.ts'
import { isInPolygon, type Point } from './point-in-polygon.ts'

/** The shape of a place, in WGS 84. */
export type Geofence =
  | { readonly center: Point; readonly radiusM: number }
  | { readonly ring: readonly Point[] }

export interface Box {
  readonly west: number
  readonly south: number
  readonly east: number
  readonly north: number
}

/** A receiver in a city is wrong by tens of metres: who is seen that near outside has not left. */
const LEAVING_M = 50

export function isInside(fence: Geofence, point: Point): boolean {
  return 'ring' in fence
    ? isInPolygon(point, [fence.ring])
    : metresBetween(fence.center, point) <= fence.radiusM
}

/** Whether a point is further outside than a receiver may be wrong. */
export function isAway(fence: Geofence, point: Point): boolean {
  if (isInside(fence, point)) return false
  const outside =
    'ring' in fence
      ? metresToLine(point, closed(fence.ring))
      : metresBetween(fence.center, point) - fence.radiusM
  return outside > LEAVING_M
}

/** Around the shape and what is near it. Over the 180th meridian it is as wide as the earth. */
export function boxOf(fence: Geofence): Box {
  const points = 'ring' in fence ? fence.ring : [fence.center]
  const reachM = ('ring' in fence ? 0 : fence.radiusM) + LEAVING_M
  const lats = points.map(([, lat]) => lat)
  const lons = points.map(([lon]) => lon)
  const south = Math.min(...lats)
  const north = Math.max(...lats)
  const reach = degreesOf(reachM, Math.max(Math.abs(south), Math.abs(north)))
  const west = Math.min(...lons) - reach.lon
  const east = Math.max(...lons) + reach.lon
  const isWide = west < -HALF || east > HALF
  return {
    west: isWide ? -HALF : west,
    east: isWide ? HALF : east,
    south: south - reach.lat,
    north: north + reach.lat,
  }
}

const HALF = 180

function closed(ring: readonly Point[]): readonly Point[] {
  return ring.concat(ring.slice(0, 1))
}
