import polyline from '@mapbox/polyline'
import { Refusal, scalar } from '@signalbox/sdk'
import { convertCoordinates } from './convert-coordinates.ts'
import { geohash } from './geohash.ts'
import { haversineMetres } from './haversine.ts'
import { isInPolygon, type Point } from './point-in-polygon.ts'

/** More would not be one shape. */
const MOST_POINTS = 100_000

/** `haversine_m(lon1, lat1, lon2, lat2)`: metres between two places. */
const haversineUdf = scalar(
  { args: ['f64', 'f64', 'f64', 'f64'], returns: 'f64' },
  (lon1, lat1, lon2, lat2) => {
    requirePlace(lon1, lat1)
    requirePlace(lon2, lat2)
    return haversineMetres(lon1, lat1, lon2, lat2)
  },
)

/** `geohash(lon, lat, length)`: of 1 to 12 characters. */
const geohashUdf = scalar({ args: ['f64', 'f64', 'i32'], returns: 'utf8' }, (lon, lat, length) => {
  requirePlace(lon, lat)
  if (length < 1 || length > 12)
    throw new Refusal('GEOHASH_INVALID', 'A geohash has 1 to 12 characters.')
  return geohash(lon, lat, length)
})

/** `crs_convert(x, y, from, to)`: `{ x, y }`; systems are wgs84, gcj02, bd09, bd09mc and mercator. */
const crsConvertUdf = scalar(
  { args: ['f64', 'f64', 'utf8', 'utf8'], returns: 'json' },
  (x, y, from, to) => {
    const point = convertCoordinates([x, y], from.toLowerCase(), to.toLowerCase())
    return { x: point[0], y: point[1] }
  },
)

/** `point_in_polygon(lon, lat, rings)`: rings as in GeoJSON, the outer one first and holes after it. */
const pointInPolygonUdf = scalar(
  { args: ['f64', 'f64', 'json'], returns: 'bool' },
  (lon, lat, rings) => isInPolygon([lon, lat], readRings(rings)),
)

/** `polyline_encode(points, precision)`: points as pairs of latitude and longitude, as the format has them. */
const polylineEncodeUdf = scalar(
  { args: ['json', 'i32'], returns: 'utf8' },
  (points, precision) => {
    requirePrecision(precision)
    return polyline.encode(readPoints(points), precision)
  },
)

/** `polyline_decode(text, precision)` */
const polylineDecodeUdf = scalar({ args: ['utf8', 'i32'], returns: 'json' }, (text, precision) => {
  requirePrecision(precision)
  if (!/^[?-~]*$/.test(text)) throw invalidLine()
  return polyline.decode(text, precision)
})

export const placesUdfs = {
  haversine_m: haversineUdf,
  geohash: geohashUdf,
  crs_convert: crsConvertUdf,
  point_in_polygon: pointInPolygonUdf,
  polyline_encode: polylineEncodeUdf,
  polyline_decode: polylineDecodeUdf,
}

function requirePlace(lon: number, lat: number): void {
  if (Math.abs(lon) <= 180 && Math.abs(lat) <= 90) return
  throw new Refusal(
    'PLACE_INVALID',
    'Give the longitude from -180 to 180 first, then the latitude.',
  )
}

function requirePrecision(precision: number): void {
  if (precision < 1 || precision > 7) {
    throw new Refusal('POLYLINE_INVALID', 'The precision of a polyline is 1 to 7 digits, mostly 5.')
  }
}

function readRings(value: unknown): readonly (readonly Point[])[] {
  const rings = Array.isArray(value) ? value.map(readPoints) : []
  if (rings.length === 0 || rings.some((ring) => ring.length < 3)) {
    throw new Refusal(
      'POLYGON_INVALID',
      'Give the rings of a polygon, each with three points at least.',
    )
  }
  return rings
}

function readPoints(value: unknown): readonly Point[] {
  const isPoint = (one: unknown) =>
    Array.isArray(one) && one.length >= 2 && one.slice(0, 2).every((part) => Number.isFinite(part))
  if (Array.isArray(value) && value.length <= MOST_POINTS && value.every(isPoint)) return value
  throw invalidLine()
}

function invalidLine(): Refusal {
  return new Refusal(
    'POLYLINE_INVALID',
    'Give points as pairs of numbers, or a polyline as it was encoded.',
  )
}
