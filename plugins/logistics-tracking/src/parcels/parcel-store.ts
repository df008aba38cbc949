import type { Context, Statement } from '@signalbox/sdk'
import type { Meaning } from '../carriers/carrier-pack.ts'
import type { ParcelState } from '../scans/scan.ts'
import type { Status } from '../scans/status.ts'
import type { Shipment } from '../shipments/shipment.ts'
import { type ShipmentRow, shipmentColumns, shipmentOf } from '../shipments/shipment-row.ts'
import type { Content, Parcel, StoredScan } from './parcel.ts'

type Port = Pick<Context, 'db'>

/** All that a fold of some parcels needs, read in one transaction. */
export interface Known {
  /** The parcels asked for, and the others of their shipments. */
  readonly parcels: ReadonlyMap<string, Parcel>
  readonly shipments: ReadonlyMap<string, Shipment>
  readonly scans: ReadonlyMap<string, readonly StoredScan[]>
  /** Parcels by the SSCC of a handling unit. */
  readonly units: ReadonlyMap<string, string>
  /** Words whose meaning the tenant has set, by pack. */
  readonly meanings: ReadonlyMap<string, Readonly<Record<string, Meaning>>>
}

interface ParcelRow {
  readonly parcel: string
  readonly shipment: string | null
  readonly carrier: string | null
  readonly contents: readonly Content[]
  readonly state: ParcelState
  readonly revision: number
}

type ScanTuple = readonly [
  at: number,
  digest: string,
  status: Status | null,
  code: string,
  pack: string,
  place: string,
  source: string,
  reason: string | null,
  signedBy: string | null,
  latitude: number | null,
  longitude: number | null,
  corrects: Status | null,
  quarantined: boolean,
  event: string | null,
  voids: string | null,
]

interface MappingRow extends Meaning {
  readonly pack: string
  readonly code: string
}

type Rows = [
  { readonly unit: string; readonly parcel: string },
  ParcelRow,
  ShipmentRow,
  { readonly parcel: string; readonly scans: readonly ScanTuple[] },
  MappingRow,
]

/** Numbers, and parcels of units, as one list that an index is asked by: a join would read a table that is new to the planner as a whole. */
const numbersAsked =
  '$1::text[] || array(select u.parcel from handling_units u where u.unit = any($1::text[]))'
const asked = `any(${numbersAsked})`
const ships = `any(array(select s.shipment from parcels s where s.parcel = ${asked} and s.shipment is not null) || $2::text)`
const parcelColumns = 'p.parcel, p.shipment, p.carrier, p.contents, p.state, p.revision'

/** @param shipment also this one, with all its parcels */
export async function readKnown(
  { db }: Port,
  numbers: readonly string[],
  packs: readonly string[],
  shipment: string | null = null,
): Promise<Known> {
  const [units, parcels, shipments, scans, mappings] = await db.transaction<Rows>([
    {
      sql: 'select unit, parcel from handling_units where unit = any($1::text[])',
      parameters: [numbers],
    },
    {
      sql: `select ${parcelColumns} from parcels p where p.parcel = ${asked}
            union all
            select ${parcelColumns} from parcels p where p.shipment = ${ships} and not p.parcel = ${asked}`,
      parameters: [numbers, shipment],
    },
    {
      sql: `select ${shipmentColumns} from shipments h where h.shipment = ${ships}`,
      parameters: [numbers, shipment],
    },
    {
      sql: `select a.parcel, c.scans from unnest(${numbersAsked}) as a (parcel)
              cross join lateral (select json_agg(json_build_array(c.at_ms, c.digest, c.status, c.code, c.pack, c.place, c.source, c.reason,
              c.signed_by, c.latitude, c.longitude, c.corrects, c.quarantined, c.event, c.voids)) as scans
              from scans c where c.parcel = a.parcel) c where c.scans is not null`,
      parameters: [numbers],
    },
    {
      sql: 'select pack, code, status, reason, corrects from mappings where pack = any($1::text[])',
      parameters: [packs],
    },
  ])
  return {
    parcels: new Map(parcels.rows.map((row) => [row.parcel, row])),
    shipments: new Map(shipments.rows.map((row) => [row.shipment, shipmentOf(row)])),
    scans: new Map(scans.rows.map(({ parcel, scans: list }) => [parcel, list.map(scanOf)])),
    units: new Map(units.rows.map(({ unit, parcel }) => [unit, parcel])),
    meanings: meaningsOf(mappings.rows),
  }
}

function scanOf(tuple: ScanTuple): StoredScan {
  const [at, digest, status, code, pack, place, source] = tuple
  const [, , , , , , , reason, signedBy, latitude, longitude, corrects, quarantined, event, voids] =
    tuple
  return {
    ...{ at, digest, status, code, pack, place, source, quarantined },
    ...(reason === null ? {} : { reason }),
    ...(signedBy === null ? {} : { signedBy }),
    ...(latitude === null ? {} : { latitude }),
    ...(longitude === null ? {} : { longitude }),
    ...(corrects === null ? {} : { corrects }),
    ...(event === null ? {} : { event }),
    ...(voids === null ? {} : { voids }),
  }
}

function meaningsOf(rows: readonly MappingRow[]): Known['meanings'] {
  const packs = new Map<string, Record<string, Meaning>>()
  for (const { pack, code, status, reason, corrects } of rows) {
    const codes = packs.get(pack) ?? {}
    const more = { ...(reason ? { reason } : {}), ...(corrects ? { corrects } : {}) }
    codes[code] = { status, ...more }
    packs.set(pack, codes)
  }
  return packs
}

/** New ones are written as they are, others only where nobody changed them since. */
export function writeParcels(
  tenant: string,
  parcels: readonly Parcel[],
  now: number,
): readonly Statement[] {
  const fresh = parcels.filter(({ revision }) => revision === 0)
  const kept = parcels.filter(({ revision }) => revision > 0)
  const statements: Statement[] = []
  if (fresh.length > 0) {
    statements.push({
      sql: `insert into parcels (tenant, parcel, shipment, carrier, contents, status, state, first_seen_at_ms)
            select $1, x.parcel, x.shipment, x.carrier, x.contents, x.state->>'status', x.state, $3
              from jsonb_to_recordset($2::jsonb) as x (parcel text, shipment text, carrier text, contents jsonb, state jsonb)
            on conflict do nothing`,
      parameters: [tenant, JSON.stringify(fresh), now],
      rows: fresh.length,
    })
  }
  if (kept.length > 0) {
    statements.push({
      sql: `update parcels p set shipment = x.shipment, carrier = x.carrier, contents = x.contents, status = x.state->>'status',
              state = x.state, revision = p.revision + 1
              from jsonb_to_recordset($1::jsonb) as x (parcel text, shipment text, carrier text, contents jsonb, state jsonb, revision integer)
             where p.parcel = any($2::text[]) and p.parcel = x.parcel and p.revision = x.revision`,
      parameters: [JSON.stringify(kept), kept.map(({ parcel }) => parcel)],
      rows: kept.length,
    })
  }
  return statements
}
