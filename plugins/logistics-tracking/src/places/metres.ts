import { haversineMetres } from './haversine.ts'
import type { Point } from './point-in-polygon.ts'

/** Metres to a degree of latitude on the sphere that `haversineMetres` is of. */
const DEGREE_M = 111_195.08
const RIGHT_ANGLE = 90

/** Between two points that may lie on both sides of the 180th meridian. */
export function metresBetween([lon1, lat1]: Point, [lon2, lat2]: Point): number {
  return haversineMetres(lon1, lat1, lon2, lat2)
}

/**
 * How far a point is from a line of segments, in metres: in the plane that touches the earth at the point (equirectangular projection),
 * which is right near to it and within a few percent a hundred kilometres away.
 */
export function metresToLine(point: Point, line: readonly Point[]): number {
  const scale = Math.cos((point[1] * Math.PI) / (2 * RIGHT_ANGLE))
  const flat = line.map(
    ([lon, lat]): Point => [
      aroundZero(lon - point[0]) * scale * DEGREE_M,
      (lat - point[1]) * DEGREE_M,
    ],
  )
  const [first] = flat
  if (first === undefined) return Number.POSITIVE_INFINITY
  let nearest = Math.hypot(...first)
  for (const [i, b] of flat.entries()) {
    const a = flat[i - 1]
    if (a !== undefined) nearest = Math.min(nearest, originToSegment(a, b))
  }
  return nearest
}

function originToSegment([ax, ay]: Point, [bx, by]: Point): number {
  const [dx, dy] = [bx - ax, by - ay]
  const length = dx * dx + dy * dy
  const share = length === 0 ? 0 : Math.min(1, Math.max(0, -(ax * dx + ay * dy) / length))
  return Math.hypot(ax + share * dx, ay + share * dy)
}

const CIRCLE = 360

function aroundZero(degrees: number): number {
  return degrees - CIRCLE * Math.round(degrees / CIRCLE)
}

/** Degrees of latitude and of longitude that so many metres are at a latitude. */
export function degreesOf(
  metres: number,
  lat: number,
): { readonly lat: number; readonly lon: number } {
  const degrees = metres / DEGREE_M
  const scale = Math.cos(
    (Math.min(Math.abs(lat) + degrees, RIGHT_ANGLE) * Math.PI) / (2 * RIGHT_ANGLE),
  )
  return { lat: degrees, lon: scale * CIRCLE <= degrees ? CIRCLE : degrees / scale }
}
