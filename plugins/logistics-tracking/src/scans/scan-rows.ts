import type { Statement } from '@signalbox/sdk'
import type { StoredScan } from '../parcels/parcel.ts'

/** A scan as it is written. */
export interface NewRow extends StoredScan {
  readonly parcel: string
  readonly carrier?: string
  readonly text?: string
  readonly knownAt: number
  readonly message?: string
}

/** The primary key of what was said already is left alone: it is the same. */
export function insertScans(tenant: string, rows: readonly NewRow[]): Statement {
  return {
    sql: `insert into scans (tenant, parcel, at_ms, digest, status, code, pack, place, source, reason, text, signed_by, latitude, longitude,
            corrects, event, voids, known_at_ms, quarantined, message)
          select $1, x.parcel, x.at, x.digest, x.status, x.code, x.pack, x.place, x.source, x.reason, x.text, x."signedBy", x.latitude,
            x.longitude, x.corrects, x.event, x.voids, x."knownAt", x.quarantined, x.message
            from jsonb_to_recordset($2::jsonb) as x (parcel text, at bigint, digest text, status text, code text, pack text, place text,
              source text, reason text, text text, "signedBy" text, latitude double precision, longitude double precision, corrects text, event text, voids text,
              "knownAt" bigint, quarantined boolean, message text)
          on conflict do nothing`,
    parameters: [tenant, JSON.stringify(rows)],
  }
}
