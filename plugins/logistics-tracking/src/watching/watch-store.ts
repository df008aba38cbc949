import type { Context, Statement } from '@signalbox/sdk'
import type { ParcelOnItsWay } from '../arrivals/trip-of.ts'
import type { ExceptionKind } from '../exceptions/exception-rules.ts'
import { offRoute, type PlannedRoute } from '../places/planned-route.ts'
import type { Position } from '../places/visits.ts'
import { type ShipmentRow, shipmentColumns, shipmentOf } from '../shipments/shipment-row.ts'
import type { Look } from './look.ts'
import type { WatchedShipment } from './watched-shipment.ts'

type Port = Pick<Context, 'db' | 'tenant'>

interface WatchedRow extends ShipmentRow {
  readonly told_ms: string | null
  readonly route: PlannedRoute | null
  readonly positions: readonly Position[] | null
  readonly parcels: readonly ParcelOnItsWay[]
  readonly open: readonly { readonly exception: string; readonly kind: ExceptionKind }[]
}

/** The two newest positions of trackers, of those that have a route to stay on. */
const routeColumns = `case when r.shipment is not null then jsonb_build_object('line', r.line, 'toleranceM', r.tolerance_m) end as route,
            case when r.shipment is not null then (select jsonb_agg(jsonb_build_object('at', n.at_ms, 'latitude', n.latitude,
              'longitude', n.longitude)) from (select * from positions n where n.tenant = h.tenant and n.shipment = h.shipment
              order by n.minute desc limit 2) n) end as positions`

/** Shipments whose time to be looked at has come, the longest waiting first. */
export async function dueShipments(
  { db }: Port,
  nowMs: number,
  limit: number,
): Promise<readonly WatchedShipment[]> {
  const { rows } = await db.query<WatchedRow>(
    `select ${shipmentColumns}, a.told_ms, ${routeColumns},
            coalesce((select jsonb_agg(jsonb_build_object('carrier', p.carrier, 'state', p.state))
                        from parcels p where p.tenant = h.tenant and p.shipment = h.shipment), '[]') as parcels,
            coalesce((select jsonb_agg(jsonb_build_object('exception', e.exception, 'kind', e.kind)) from exceptions e
                       where e.tenant = h.tenant and e.shipment = h.shipment and e.closed_at_ms is null), '[]') as open
       from shipments h left join shipment_arrivals a on a.tenant = h.tenant and a.shipment = h.shipment
       left join planned_routes r on r.tenant = h.tenant and r.shipment = h.shipment
      where h.look_at_ms <= $1 order by h.look_at_ms limit $2`,
    [nowMs, limit],
  )
  return rows.map((row) => ({
    shipment: shipmentOf(row),
    parcels: row.parcels,
    ...(row.told_ms === null ? {} : { toldMs: Number(row.told_ms) }),
    open: row.open,
    ...offRouteOf(row),
  }))
}

/** Scans that say where count as well: of a shipment without a tracker there is nothing else. */
function offRouteOf({ route, positions, parcels }: WatchedRow) {
  if (route === null) return {}
  const scanned = parcels.flatMap(({ state }): Position[] => {
    const { positionedAt: at, latitude, longitude } = state
    if (at === undefined || latitude === undefined || longitude === undefined) return []
    return [{ at, latitude, longitude }]
  })
  const newest = [...(positions ?? []), ...scanned].sort((one, other) => other.at - one.at)
  const offRouteM = offRoute(route, newest)
  return offRouteM === undefined ? {} : { offRouteM }
}

/** What was found, all or none; a shipment that changed meanwhile stays due. */
export function writeLooks(
  tenant: string,
  looks: readonly Look[],
  nowMs: number,
): readonly Statement[] {
  const arrivals = looks.flatMap(({ shipment, arrival, toldMs }) =>
    arrival === undefined
      ? []
      : [
          {
            shipment,
            ...rounded(arrival),
            late_probability: arrival.lateProbability,
            told_ms: toldMs,
          },
        ],
  )
  const opened = looks.flatMap(({ shipment, opened: fresh }) =>
    fresh.map((exception) => ({ ...exception, shipment })),
  )
  const closed = looks.flatMap((look) => look.closed)
  const statements: Statement[] = [
    {
      sql: `update shipments h set look_at_ms = x.look_at_ms
              from jsonb_to_recordset($1::jsonb) as x (shipment text, revision integer, look_at_ms bigint)
             where h.shipment = any($2::text[]) and h.shipment = x.shipment and h.revision = x.revision`,
      parameters: [
        JSON.stringify(
          looks.map((look) => ({
            ...named(look),
            look_at_ms: look.lookAtMs === null ? null : Math.ceil(look.lookAtMs),
          })),
        ),
        looks.map(({ shipment }) => shipment),
      ],
    },
  ]
  if (arrivals.length > 0) {
    statements.push({
      sql: `insert into shipment_arrivals (tenant, shipment, early_ms, median_ms, late_ms, late_probability, told_ms)
            select $1, x.shipment, x.early_ms, x.median_ms, x.late_ms, x.late_probability, x.told_ms
              from jsonb_to_recordset($2::jsonb) as x (shipment text, early_ms bigint, median_ms bigint, late_ms bigint,
                late_probability float8, told_ms bigint)
            on conflict (tenant, shipment) do update set early_ms = excluded.early_ms, median_ms = excluded.median_ms,
              late_ms = excluded.late_ms, late_probability = excluded.late_probability, told_ms = excluded.told_ms`,
      parameters: [tenant, JSON.stringify(arrivals)],
    })
  }
  if (opened.length > 0) statements.push(openExceptions(tenant, opened, nowMs))
  if (closed.length > 0) {
    statements.push({
      sql: `update exceptions set closed_at_ms = $1, resolution = 'passed', closed_by = 'host'
             where exception = any($2) and closed_at_ms is null`,
      parameters: [nowMs, closed],
      rows: closed.length,
    })
  }
  return statements
}

/** Undone as a whole where one of them is open already: another look was quicker. */
export function openExceptions(
  tenant: string,
  opened: readonly {
    readonly exception: string
    readonly shipment: string
    readonly kind: string
    readonly owner?: string
    readonly text: object
  }[],
  nowMs: number,
): Statement {
  return {
    sql: `insert into exceptions (tenant, exception, shipment, kind, owner, text, opened_at_ms)
          select $1, x.exception, x.shipment, x.kind, x.owner, x.text, $3
            from jsonb_to_recordset($2::jsonb) as x (exception text, shipment text, kind text, owner text, text jsonb)`,
    parameters: [tenant, JSON.stringify(opened), nowMs],
    rows: opened.length,
  }
}

const named = ({ shipment, revision }: Look) => ({ shipment, revision })

function rounded({ earlyMs, medianMs, lateMs }: NonNullable<Look['arrival']>) {
  return {
    early_ms: Math.round(earlyMs),
    median_ms: Math.round(medianMs),
    late_ms: Math.round(lateMs),
  }
}
