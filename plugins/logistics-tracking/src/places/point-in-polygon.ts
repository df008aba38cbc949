/** Longitude and latitude. */
export type Point = readonly [lon: number, lat: number]

/**
 * Whether a point is in a polygon, by the even-odd rule over its rings (crossing number, Shimrat 1962): a ring within a ring is a
 * hole. A point on an edge is in. Over the 180th meridian, write longitudes beyond 180.
 */
export function isInPolygon(point: Point, rings: readonly (readonly Point[])[]): boolean {
  let inside = false
  for (const ring of rings) {
    for (const [i, b] of ring.entries()) {
      const a = ring.at(i - 1) ?? b
      if (isOnEdge(point, a, b)) return true
      if (crosses(point, a, b)) inside = !inside
    }
  }
  return inside
}

function crosses([x, y]: Point, [ax, ay]: Point, [bx, by]: Point): boolean {
  return ay > y !== by > y && x < ax + ((y - ay) / (by - ay)) * (bx - ax)
}

function isOnEdge([x, y]: Point, [ax, ay]: Point, [bx, by]: Point): boolean {
  const cross = (bx - ax) * (y - ay) - (by - ay) * (x - ax)
  const isBetween =
    Math.min(ax, bx) <= x && x <= Math.max(ax, bx) && Math.min(ay, by) <= y && y <= Math.max(ay, by)
  return isBetween && cross === 0
}
