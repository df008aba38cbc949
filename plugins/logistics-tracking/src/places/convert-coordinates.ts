import { Refusal } from '@signalbox/sdk'
import module from 'gcoord'
import type { Point } from './point-in-polygon.ts'

/** Its types are of a module with a default export, which the package does not have. */
const gcoord = module as unknown as typeof module.default

/** Coordinates as maps of China have them: GPS, the shifted ones of most maps, those of Baidu, and the metres of web maps. */
const systems = {
  wgs84: gcoord.WGS84,
  gcj02: gcoord.GCJ02,
  bd09: gcoord.BD09,
  bd09mc: gcoord.BD09MC,
  mercator: gcoord.EPSG3857,
} as const

export type CoordinateSystem = keyof typeof systems

function isCoordinateSystem(name: string): name is CoordinateSystem {
  return Object.hasOwn(systems, name)
}

/** A point in another system (gcoord). @throws Refusal CRS_UNKNOWN */
export function convertCoordinates([lon, lat]: Point, from: string, to: string): Point {
  if (!isCoordinateSystem(from) || !isCoordinateSystem(to)) {
    throw new Refusal(
      'CRS_UNKNOWN',
      `Coordinates are in one of ${Object.keys(systems).join(', ')}.`,
    )
  }
  const [x, y] = gcoord.transform([lon, lat], systems[from], systems[to])
  return [x, y]
}
