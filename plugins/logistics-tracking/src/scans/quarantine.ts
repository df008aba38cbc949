import { type Context, Refusal } from '@signalbox/sdk'
import { pageOf, readCursor } from '../calls/cursor.ts'
import { instantText } from '../calls/instant.ts'
import { normalNumber } from '../carriers/detect-carrier.ts'
import { AHEAD_MS } from './incoming-scan.ts'
import { REFOLDED_AT_ONCE, refold } from './refold.ts'

/** Runs a few times an hour; what is left over comes with the next. */
const MOST_ROUNDS = 20

/** Scans whose time has come count from now on. */
export async function releaseScans(ctx: Context): Promise<void> {
  for (let round = 0; round < MOST_ROUNDS && !ctx.signal.aborted; round += 1) {
    const until = ctx.now() + AHEAD_MS
    const { rows } = await ctx.db.query<{ parcel: string }>(
      `select distinct parcel from scans where quarantined and at_ms <= $1 order by parcel limit ${REFOLDED_AT_ONCE}`,
      [until],
    )
    if (rows.length === 0) return
    await refold(
      ctx,
      rows.map(({ parcel }) => parcel),
      {
        apply: (scan) => (scan.at <= until ? { ...scan, quarantined: false } : scan),
        statement: (parcels) => ({
          sql: 'update scans set quarantined = false where parcel = any($1::text[]) and quarantined and at_ms <= $2',
          parameters: [parcels, until],
        }),
      },
    )
  }
}

/** By hand, where somebody knows that the date is right. @throws Refusal SCAN_UNKNOWN */
export async function releaseScan(
  input: { readonly parcel: string; readonly scan: string },
  ctx: Context,
) {
  const parcel = normalNumber(input.parcel)
  const [, at = '0', digest = ''] = /^(\d+)-([0-9a-f]+)$/.exec(input.scan) ?? []
  const { rowCount } = await ctx.db.query(
    'select 1 from scans where parcel = $1 and at_ms = $2 and digest = $3 and quarantined',
    [parcel, Number(at), digest],
  )
  if (rowCount === 0) {
    throw new Refusal('SCAN_UNKNOWN', 'No such scan waits: see `quarantine` for those that do.')
  }
  await refold(ctx, [parcel], {
    apply: (scan) => (scan.digest === digest ? { ...scan, quarantined: false } : scan),
    statement: () => ({
      sql: 'update scans set quarantined = false where parcel = $1 and at_ms = $2 and digest = $3',
      parameters: [parcel, Number(at), digest],
    }),
  })
  return { parcel, released: true }
}

interface Row {
  readonly parcel: string
  readonly shipment: string | null
  readonly at_ms: string | number
  readonly digest: string
  readonly status: string | null
  readonly code: string
  readonly source: string
  readonly known_at_ms: string | number
}

const DEFAULT_LIMIT = 50

/** Scans that are dated too far ahead, the next to come first. */
export async function quarantine(
  input: { readonly limit?: number; readonly cursor?: string },
  ctx: Context,
) {
  const { limit = DEFAULT_LIMIT } = input
  const after = readCursor(input.cursor)
  const { rows } = await ctx.db.query<Row>(
    `select c.parcel, p.shipment, c.at_ms, c.digest, c.status, c.code, c.source, c.known_at_ms from scans c
       join parcels p on p.parcel = c.parcel
      where c.quarantined and ($1::bigint is null or (c.at_ms, c.digest) > ($1, $2)) order by c.at_ms, c.digest limit $3`,
    [after?.at ?? null, after?.id ?? null, limit + 1],
  )
  const placeOf = (row: Row) => ({ at: Number(row.at_ms), id: row.digest })
  return pageOf(rows, limit, placeOf, (row) => ({
    parcel: row.parcel,
    ...(row.shipment === null ? {} : { shipment: row.shipment }),
    scan: `${row.at_ms}-${row.digest}`,
    at: instantText(Number(row.at_ms)),
    knownAt: instantText(Number(row.known_at_ms)),
    ...(row.status === null ? {} : { status: row.status }),
    ...(row.code === '' ? {} : { code: row.code }),
    source: row.source,
  }))
}
