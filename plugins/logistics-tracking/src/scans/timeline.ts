import { type Context, Refusal } from '@signalbox/sdk'
import { pageOf, readCursor } from '../calls/cursor.ts'
import { instantText } from '../calls/instant.ts'
import { withPassages } from '../places/passages.ts'
import { staysOf } from '../places/position-operations.ts'
import { shipmentUnknown } from '../shipments/shipment-reads.ts'
import { countedScans, groupScans } from './fold-scans.ts'
import type { Scan } from './scan.ts'
import { isStatus, type Status } from './status.ts'
import { byInstant, type DatedEntry, type TimelineEntry } from './timeline-entry.ts'

interface Told extends Scan {
  readonly parcel: string
  readonly digest: string
  readonly text?: string
  readonly knownAt: number
  readonly quarantined: boolean
}

interface Row {
  readonly parcel: string
  readonly at_ms: string | number
  readonly digest: string
  readonly status: string | null
  readonly code: string
  readonly place: string
  readonly source: string
  readonly reason: string | null
  readonly text: string | null
  readonly latitude: number | null
  readonly longitude: number | null
  readonly corrects: string | null
  readonly event: string | null
  readonly voids: string | null
  readonly known_at_ms: string | number
  readonly quarantined: boolean
}

const DEFAULT_LIMIT = 100
/** An answer of the database has 10,000 rows at most. */
const MOST_SCANS = 9000

/** What happened, in order. What several told of one scan within a minute is shown once, with all its sources. */
export async function timeline(
  input: {
    readonly shipment: string
    readonly parcel?: string
    readonly limit?: number
    readonly cursor?: string
  },
  ctx: Context,
) {
  const { shipment, parcel = null, limit = DEFAULT_LIMIT } = input
  const after = readCursor(input.cursor)
  const [known, { rows }] = await ctx.db.transaction<[object, Row]>([
    { sql: 'select 1 from shipments where shipment = $1', parameters: [shipment] },
    {
      sql: `select c.parcel, c.at_ms, c.digest, c.status, c.code, c.place, c.source, c.reason, c.text, c.latitude, c.longitude, c.corrects, c.event,
              c.voids,              c.known_at_ms, c.quarantined
              from parcels p join scans c on c.parcel = p.parcel
             where p.shipment = $1 and ($2::text is null or p.parcel = $2) limit ${MOST_SCANS + 1}`,
      parameters: [shipment, parcel],
    },
  ])
  if (known.rowCount === 0) throw shipmentUnknown(shipment)
  if (rows.length > MOST_SCANS) {
    throw new Refusal('TIMELINE_TOO_LONG', 'The shipment has too many scans: ask parcel by parcel.')
  }
  const scanned = entriesOf(rows.map(toldOf))
  const { visits } = await staysOf(ctx, shipment, parcel)
  const entries = withPassages(scanned, visits).filter(({ at, id }) => isAfter(at, id, after))
  return pageOf(
    entries,
    limit,
    ({ at, id }) => ({ at, id }),
    ({ entry }) => entry,
  )
}

function isAfter(at: number, id: string, place: { at: number; id: string } | undefined): boolean {
  if (place === undefined) return true
  return at > place.at || (at === place.at && id > place.id)
}

/** Parcels one by one, since a word of one says nothing of another; then by instant. */
function entriesOf(scans: readonly Told[]) {
  const byParcel = new Map<string, Told[]>()
  for (const scan of scans) {
    // A scan in quarantine is beside the others, never one of them.
    const key = `${scan.parcel} ${scan.quarantined}`
    const list = byParcel.get(key)
    if (list === undefined) byParcel.set(key, [scan])
    else list.push(scan)
  }
  const entries = [...byParcel.values()].flatMap((list) => {
    let held: Status = 'registered'
    return groupScans(countedScans(list)).map((group): DatedEntry => {
      held = group[0].status ?? held
      return { at: group[0].at, id: group[0].digest, entry: entryOf(group, held) }
    })
  })
  return entries.sort(byInstant)
}

function entryOf(group: readonly [Told, ...Told[]], held: Status): TimelineEntry {
  const [first] = group
  const text = group.find((scan) => scan.text !== undefined)?.text
  const knownAt = Math.min(...group.map((scan) => scan.knownAt))
  const where = group.find(({ latitude }) => latitude !== undefined)
  const reason = group.find((scan) => scan.reason !== undefined)?.reason
  const sources = [...new Set(group.map(({ source }) => source))].sort()
  return {
    ...{ at: instantText(first.at), knownAt: instantText(knownAt), status: first.status ?? held },
    ...(first.status === null ? { mapped: false } : {}),
    ...{ parcel: first.parcel, scan: `${first.at}-${first.digest}` },
    ...(reason === undefined ? {} : { reason }),
    ...shown('text', text ?? (first.status === null ? first.code : undefined)),
    ...shown('place', first.place),
    ...(where?.latitude === undefined ? {} : { latitude: where.latitude }),
    ...(where?.longitude === undefined ? {} : { longitude: where.longitude }),
    source: sources.join(', ').slice(0, 100),
    ...(first.quarantined ? { quarantined: true } : {}),
  }
}

function toldOf(row: Row): Told {
  const { parcel, digest, code, place, source, quarantined } = row
  return {
    ...{ parcel, digest, code, place, source, quarantined },
    at: Number(row.at_ms),
    knownAt: Number(row.known_at_ms),
    status: isStatus(row.status) ? row.status : null,
    ...(row.reason === null ? {} : { reason: row.reason }),
    ...(row.text === null ? {} : { text: row.text }),
    ...(row.latitude === null ? {} : { latitude: row.latitude }),
    ...(row.longitude === null ? {} : { longitude: row.longitude }),
    ...(isStatus(row.corrects) ? { corrects: row.corrects } : {}),
    ...(row.event === null ? {} : { event: row.event }),
    ...(row.voids === null ? {} : { voids: row.voids }),
  }
}

function shown<Name extends string>(name: Name, value: string | undefined) {
  return value === undefined || value === '' ? {} : { [name]: value.slice(0, 500) }
}
