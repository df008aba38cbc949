import { type Context, Refusal } from '@signalbox/sdk'
import { actorOf } from '../calls/actor.ts'
import { shipmentUnknown } from '../shipments/shipment-reads.ts'
import { lookSoon } from '../watching/look-soon.ts'
import { lengthOf, offRoute, type PlannedRoute } from './planned-route.ts'
import type { Point } from './point-in-polygon.ts'
import { lookNow, readTrack } from './position-store.ts'
import { encoded, type LineWish, readRoute } from './written-shape.ts'

interface RouteWish extends LineWish {
  readonly shipment: string
}

/** Says which way a shipment is to take; who strays further than the tolerance is told of. */
async function planRoute({ shipment, ...wish }: RouteWish, ctx: Context) {
  const route = readRoute(wish)
  const { line, toleranceM } = route
  const [known] = await ctx.db.transaction([
    lookNow(shipment),
    {
      sql: `insert into planned_routes (tenant, shipment, line, tolerance_m, set_by, set_at_ms)
            select $1, h.shipment, $3::jsonb, $4, $5, $6 from shipments h where h.shipment = $2
            on conflict (tenant, shipment) do update set line = excluded.line, tolerance_m = excluded.tolerance_m,
              set_by = excluded.set_by, set_at_ms = excluded.set_at_ms`,
      parameters: [
        ...[ctx.tenant, shipment, JSON.stringify(line), toleranceM],
        ...[actorOf(ctx), ctx.now()],
      ],
    },
  ])
  if (known?.rowCount === 0) throw shipmentUnknown(shipment)
  await lookSoon(ctx)
  return { shipment, ...shownRoute(route) }
}

async function dropRoute({ shipment }: { readonly shipment: string }, ctx: Context) {
  const [, dropped] = await ctx.db.transaction([
    lookNow(shipment),
    { sql: 'delete from planned_routes where shipment = $1', parameters: [shipment] },
  ])
  await lookSoon(ctx)
  return { dropped: dropped?.rowCount === 1 }
}

/** The planned way, and how far from it the shipment was seen last where that is beyond the tolerance. */
async function route({ shipment }: { readonly shipment: string }, ctx: Context) {
  const { rows } = await ctx.db.query<{ line: readonly Point[]; tolerance_m: number }>(
    'select line, tolerance_m from planned_routes where shipment = $1',
    [shipment],
  )
  const [row] = rows
  if (row === undefined) {
    throw new Refusal(
      'ROUTE_UNKNOWN',
      `No route is planned for ${shipment}: give one to planRoute.`,
    )
  }
  const planned = { line: row.line, toleranceM: Number(row.tolerance_m) }
  const { positions } = await readTrack(ctx, shipment)
  const off = offRoute(planned, [...positions].reverse())
  return {
    ...{ shipment, ...shownRoute(planned), onRoute: off === undefined },
    ...(off === undefined ? {} : { offRouteM: Math.round(off) }),
  }
}

function shownRoute(planned: PlannedRoute) {
  const { line, toleranceM } = planned
  return {
    polyline: encoded(line),
    points: line.length,
    lengthM: Math.round(lengthOf(line)),
    toleranceM,
  }
}

export const routeOperations = { planRoute, dropRoute, route }
