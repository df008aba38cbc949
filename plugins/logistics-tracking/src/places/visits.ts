import { type Box, type Geofence, isAway, isInside } from './geofence.ts'
import type { Point } from './point-in-polygon.ts'

export interface Position {
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly latitude: number
  readonly longitude: number
}

export interface NamedPlace {
  readonly place: string
  readonly name: string
  readonly fence: Geofence
  readonly box: Box
}

export interface Visit {
  readonly place: string
  readonly name: string
  /** Of the first position inside. */
  readonly enteredAt: number
  /** Of the first position that is away; absent while it is there. */
  readonly leftAt?: number
  /** Of the last position that was not away. */
  readonly seenAt: number
}

/** The stays of something at places: a pure function of the set of its positions, in the order of their coming. */
export function visitsOf(
  positions: readonly Position[],
  places: readonly NamedPlace[],
): readonly Visit[] {
  const visits: Visit[] = []
  const open = new Map<string, number>()
  for (const position of [...positions].sort(inOrder)) {
    for (const place of places) seeAt(position, place, visits, open)
  }
  return visits
}

/** @param open where in the visits those are that have not ended, by their place */
function seeAt(
  { at, latitude, longitude }: Position,
  { place, name, fence, box }: NamedPlace,
  visits: Visit[],
  open: Map<string, number>,
): void {
  const point: Point = [longitude, latitude]
  const index = open.get(place)
  const visit = index === undefined ? undefined : visits[index]
  const isNear = isInBox(point, box)
  if (visit === undefined || index === undefined) {
    if (!isNear || !isInside(fence, point)) return
    open.set(place, visits.length)
    visits.push({ place, name, enteredAt: at, seenAt: at })
    return
  }
  const isThere = isNear && !isAway(fence, point)
  visits[index] = isThere ? { ...visit, seenAt: at } : { ...visit, leftAt: at }
  if (!isThere) open.delete(place)
}

/** Of several the smallest: a dock in a yard says more than the yard. */
export function placeAt(point: Point, places: readonly NamedPlace[]): NamedPlace | undefined {
  const around = places.filter(({ box, fence }) => isInBox(point, box) && isInside(fence, point))
  return around.sort(
    (one, other) => sizeOf(one.box) - sizeOf(other.box) || (one.place < other.place ? -1 : 1),
  )[0]
}

function isInBox([lon, lat]: Point, { west, south, east, north }: Box): boolean {
  return west <= lon && lon <= east && south <= lat && lat <= north
}

function sizeOf({ west, south, east, north }: Box): number {
  return (east - west) * (north - south)
}

function inOrder(one: Position, other: Position): number {
  return one.at - other.at || one.latitude - other.latitude || one.longitude - other.longitude
}
