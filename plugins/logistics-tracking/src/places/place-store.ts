import type { Context, Statement } from '@signalbox/sdk'
import { boxOf, type Geofence } from './geofence.ts'
import type { Point } from './point-in-polygon.ts'
import type { NamedPlace } from './visits.ts'

type Port = Pick<Context, 'db'>

/** Those that come into question for one look; a tenant has no more. */
export const MOST_PLACES = 2000

interface Row {
  readonly place: string
  readonly name: string
  readonly shape: Geofence
  readonly west: number
  readonly south: number
  readonly east: number
  readonly north: number
}

const columns = 'place, name, shape, west, south, east, north'

export function writePlace(
  tenant: string,
  { place, name, fence }: Omit<NamedPlace, 'box'>,
  by: string,
  nowMs: number,
): Statement {
  const { west, south, east, north } = boxOf(fence)
  return {
    sql: `insert into places (tenant, place, name, shape, west, south, east, north, set_by, set_at_ms)
          values ($1, $2, $3, $4::jsonb, $5, $6, $7, $8, $9, $10)
          on conflict (tenant, place) do update set name = excluded.name, shape = excluded.shape, west = excluded.west,
            south = excluded.south, east = excluded.east, north = excluded.north, set_by = excluded.set_by,
            set_at_ms = excluded.set_at_ms`,
    parameters: [tenant, place, name, JSON.stringify(fence), west, south, east, north, by, nowMs],
  }
}

/** By their id. */
export async function listPlaces(
  { db }: Port,
  after: string,
  most: number,
): Promise<readonly NamedPlace[]> {
  const { rows } = await db.query<Row>(
    `select ${columns} from places where place > $1 order by place limit $2`,
    [after, most],
  )
  return rows.map(placeOf)
}

/** Places that any of the points may be at or near. */
export async function placesNear(
  { db }: Port,
  points: readonly Point[],
): Promise<readonly NamedPlace[]> {
  if (points.length === 0) return []
  const lons = points.map(([lon]) => lon)
  const lats = points.map(([, lat]) => lat)
  const { rows } = await db.query<Row>(
    `select ${columns} from places where west <= $1 and east >= $2 and south <= $3 and north >= $4 order by place
      limit ${MOST_PLACES}`,
    [Math.max(...lons), Math.min(...lons), Math.max(...lats), Math.min(...lats)],
  )
  return rows.map(placeOf)
}

function placeOf({ place, name, shape, ...box }: Row): NamedPlace {
  return { place, name, fence: shape, box }
}
