import type { Context, Statement } from '@signalbox/sdk'
import { countedScans } from '../scans/fold-scans.ts'
import type { Scan } from '../scans/scan.ts'
import { isStatus } from '../scans/status.ts'
import type { Position } from './visits.ts'

/** An answer of the database has 10,000 rows at most. */
const MOST_POSITIONS = 9000

export interface Track {
  /** In order of time: those of trackers, and scans that say where. */
  readonly positions: readonly Position[]
  /** There are older ones that were not read. */
  readonly cut: boolean
}

interface Row {
  readonly at_ms: string | number
  readonly latitude: number
  readonly longitude: number
  readonly status: string | null
  readonly code: string | null
  readonly event: string | null
  readonly voids: string | null
}

/** @param parcel of scans, those of this one alone */
export async function readTrack(
  { db }: Pick<Context, 'db'>,
  shipment: string,
  parcel: string | null = null,
): Promise<Track> {
  const { rows } = await db.query<Row>(
    `select at_ms, latitude, longitude, null as status, null as code, null as event, null as voids from positions where shipment = $1
     union all
     select c.at_ms, c.latitude, c.longitude, c.status, c.code, c.event, c.voids from parcels p join scans c on c.parcel = p.parcel
      where p.shipment = $1 and ($2::text is null or p.parcel = $2) and not c.quarantined
        and ((c.latitude is not null and c.longitude is not null) or c.voids is not null)
      order by at_ms desc limit ${MOST_POSITIONS + 1}`,
    [shipment, parcel],
  )
  const told = rows.slice(0, MOST_POSITIONS).map(
    ({ at_ms, latitude, longitude, status, event, voids, code }): Scan => ({
      ...{ at: Number(at_ms), latitude, longitude, code: code ?? '', place: '', source: '' },
      status: isStatus(status) ? status : null,
      ...(event === null ? {} : { event }),
      ...(voids === null ? {} : { voids }),
    }),
  )
  const positions = countedScans(told).map(({ at, latitude = 0, longitude = 0 }) => ({
    ...{ at, latitude, longitude },
  }))
  return { positions: positions.reverse(), cut: rows.length > MOST_POSITIONS }
}

const MINUTE_MS = 60_000

/** Of those of one minute the first stays, whichever comes first. */
export function insertPositions(
  tenant: string,
  shipment: string,
  positions: readonly Position[],
): Statement {
  const byMinute = new Map<number, Position>()
  for (const position of positions) {
    const minute = Math.floor(position.at / MINUTE_MS)
    const kept = byMinute.get(minute)
    if (kept === undefined || isBefore(position, kept)) byMinute.set(minute, position)
  }
  return {
    sql: `insert into positions as k (tenant, shipment, minute, at_ms, latitude, longitude)
          select $1, $2, x.minute, x.at, x.latitude, x.longitude
            from jsonb_to_recordset($3::jsonb) as x (minute bigint, at bigint, latitude double precision, longitude double precision)
          on conflict (tenant, shipment, minute) do update
            set at_ms = excluded.at_ms, latitude = excluded.latitude, longitude = excluded.longitude
          where (excluded.at_ms, excluded.latitude, excluded.longitude) < (k.at_ms, k.latitude, k.longitude)`,
    parameters: [
      ...[tenant, shipment],
      JSON.stringify([...byMinute].map(([minute, position]) => ({ minute, ...position }))),
    ],
  }
}

function isBefore(one: Position, other: Position): boolean {
  return (one.at - other.at || one.latitude - other.latitude || one.longitude - other.longitude) < 0
}

/** The shipment is where it was seen last. */
export function moveShipment(
  shipment: string,
  { at, latitude, longitude }: Position,
  place: string | undefined,
): Statement {
  return {
    sql: `update shipments set position_at_ms = $2, position_latitude = $3, position_longitude = $4, position_place = $5,
            as_of_ms = greatest(as_of_ms, $2)
           where shipment = $1 and (position_at_ms is null or position_at_ms <= $2)`,
    parameters: [shipment, at, latitude, longitude, place ?? null],
  }
}

/** Has it looked at again; whoever looks at it just now finds that it changed. */
export function lookNow(shipment: string): Statement {
  return {
    sql: `update shipments set revision = revision + 1,
            look_at_ms = case when status in ('delivered', 'returned', 'cancelled', 'lost') then look_at_ms else 0 end
           where shipment = $1`,
    parameters: [shipment],
  }
}
