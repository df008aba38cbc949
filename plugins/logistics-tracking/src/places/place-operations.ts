import { type Context, Refusal } from '@signalbox/sdk'
import { actorOf } from '../calls/actor.ts'
import type { Geofence } from './geofence.ts'
import { listPlaces, MOST_PLACES, writePlace } from './place-store.ts'
import { encoded, readShape, type ShapeWish } from './written-shape.ts'

interface PlaceWish extends ShapeWish {
  readonly place: string
  readonly name: string
}

const DEFAULT_LIMIT = 50

/** Names a place, or changes it: what was there before and comes later is told by the new shape. */
async function setPlace({ place, name, ...wish }: PlaceWish, ctx: Context) {
  const fence = readShape(wish)
  const { rows } = await ctx.db.query<{ count: string }>(
    'select count(*) as count from places where place <> $1',
    [place],
  )
  if (Number(rows[0]?.count ?? 0) >= MOST_PLACES) {
    throw new Refusal('PLACES_TOO_MANY', `There are ${MOST_PLACES} places: drop some.`)
  }
  await ctx.db.transaction([
    writePlace(ctx.tenant, { place, name, fence }, actorOf(ctx), ctx.now()),
  ])
  return { place, name, ...shownShape(fence) }
}

async function dropPlace({ place }: { readonly place: string }, { db }: Context) {
  const { rowCount } = await db.query('delete from places where place = $1', [place])
  return { dropped: rowCount === 1 }
}

async function places(
  { limit = DEFAULT_LIMIT, cursor = '' }: { readonly limit?: number; readonly cursor?: string },
  ctx: Context,
) {
  const found = await listPlaces(ctx, cursor, limit + 1)
  const items = found
    .slice(0, limit)
    .map(({ place, name, fence }) => ({ place, name, ...shownShape(fence) }))
  const last = items.at(-1)
  return found.length > limit && last !== undefined ? { items, next: last.place } : { items }
}

/** A circle by its centre and radius; a polygon by its corners as an encoded polyline, and the middle of its box. */
function shownShape(fence: Geofence) {
  if ('center' in fence) {
    const [longitude, latitude] = fence.center
    return { longitude, latitude, radiusM: fence.radiusM }
  }
  const lons = fence.ring.map(([lon]) => lon)
  const lats = fence.ring.map(([, lat]) => lat)
  return {
    longitude: (Math.min(...lons) + Math.max(...lons)) / 2,
    latitude: (Math.min(...lats) + Math.max(...lats)) / 2,
    polyline: encoded(fence.ring),
  }
}

export const placeOperations = { setPlace, dropPlace, places }
