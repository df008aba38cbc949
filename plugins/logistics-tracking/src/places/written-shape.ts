import polyline from '@mapbox/polyline'
import { Refusal } from '@signalbox/sdk'
import { convertCoordinates } from './convert-coordinates.ts'
import type { Geofence } from './geofence.ts'
import type { PlannedRoute } from './planned-route.ts'
import type { Point } from './point-in-polygon.ts'

/** As maps of China have them; they are kept as WGS 84. */
export type WrittenSystem = 'wgs84' | 'gcj02' | 'bd09'

export interface ShapeWish {
  readonly circle?: {
    readonly longitude: number
    readonly latitude: number
    readonly radiusM: number
  }
  /** Corners as pairs of longitude and latitude. */
  readonly polygon?: readonly (readonly number[])[]
  readonly crs?: WrittenSystem
}

export interface LineWish {
  readonly points?: readonly (readonly number[])[]
  readonly polyline?: string
  readonly precision?: number
  readonly toleranceM: number
  readonly crs?: WrittenSystem
}

const DECIMALS = 1e7
const MOST_POINTS = 2000
const PRECISION = 5

/** @throws Refusal PLACE_SHAPE_INVALID */
export function readShape({ circle, polygon, crs = 'wgs84' }: ShapeWish): Geofence {
  if ((circle === undefined) === (polygon === undefined)) {
    throw shapeInvalid('Give a circle or a polygon.')
  }
  if (circle !== undefined) {
    const { longitude, latitude, radiusM } = circle
    return { center: inWgs84([longitude, latitude], crs), radiusM }
  }
  const corners = (polygon ?? []).map((pair) => inWgs84(pair, crs))
  const [first] = corners
  const last = corners.at(-1)
  const isClosed = corners.length > 1 && first?.[0] === last?.[0] && first?.[1] === last?.[1]
  const ring = isClosed ? corners.slice(0, -1) : corners
  if (new Set(ring.map(String)).size < 3 || isFlat(ring)) {
    throw shapeInvalid('A polygon has three corners at least that are not in one line.')
  }
  return { ring }
}

/** @throws Refusal ROUTE_INVALID */
export function readRoute(wish: LineWish): PlannedRoute {
  const { points, polyline: text, precision = PRECISION, toleranceM, crs = 'wgs84' } = wish
  if ((points === undefined) === (text === undefined)) {
    throw routeInvalid('Give points or a polyline.')
  }
  const pairs = points ?? decoded(text ?? '', precision)
  if (pairs.length < 2 || pairs.length > MOST_POINTS) {
    throw routeInvalid(`A route has 2 to ${MOST_POINTS} points, and this one has ${pairs.length}.`)
  }
  if (pairs.some(([lon = 999, lat = 999]) => Math.abs(lon) > 180 || Math.abs(lat) > 90)) {
    throw routeInvalid('A point of it is nowhere on earth: see whether the precision is right.')
  }
  return { line: pairs.map((pair) => inWgs84(pair, crs)), toleranceM }
}

/** As pairs of longitude and latitude; the format has them the other way round. */
function decoded(text: string, precision: number): readonly Point[] {
  if (!/^[?-~]+$/.test(text)) throw routeInvalid('That is no encoded polyline.')
  return polyline.decode(text, precision).map(([lat, lon]): Point => [lon, lat])
}

export function encoded(line: readonly Point[]): string {
  return polyline.encode(
    line.map(([lon, lat]) => [lat, lon]),
    PRECISION,
  )
}

export function inWgs84([lon = 0, lat = 0]: readonly number[], crs: WrittenSystem): Point {
  const [x, y] = crs === 'wgs84' ? [lon, lat] : convertCoordinates([lon, lat], crs, 'wgs84')
  return [rounded(x), rounded(y)]
}

/** A hundred millionth of a degree is a millimetre. */
function rounded(degrees: number): number {
  return Math.round(degrees * DECIMALS) / DECIMALS
}

/** Twice the area of the ring (shoelace formula). */
function isFlat(ring: readonly Point[]): boolean {
  let area = 0
  for (const [i, [bx, by]] of ring.entries()) {
    const [ax, ay] = ring.at(i - 1) ?? [bx, by]
    area += ax * by - bx * ay
  }
  return Math.abs(area) < 1e-12
}

function shapeInvalid(message: string): Refusal {
  return new Refusal('PLACE_SHAPE_INVALID', message)
}

function routeInvalid(message: string): Refusal {
  return new Refusal('ROUTE_INVALID', message)
}
