import type { Context, Statement } from '@signalbox/sdk'
import type { Parcel } from '../parcels/parcel.ts'
import type { ParcelState } from '../scans/scan.ts'
import { isEnded } from '../scans/status.ts'
import { type ConnectionName, connectionFor, type PollingSettings } from './settings.ts'

/** Soon after it is followed, for the carrier may know it already. */
const FIRST_WAIT_MS = 60_000

export function startPolling(
  tenant: string,
  parcels: readonly Parcel[],
  settings: PollingSettings,
  now: number,
): readonly Statement[] {
  const rows = parcels.flatMap(({ parcel, carrier, state }) => {
    const connection = connectionFor(settings, carrier)
    if (connection === undefined || isEnded(state.status)) return []
    return [{ parcel, connection, carrier: carrier ?? '' }]
  })
  if (rows.length === 0) return []
  return [
    {
      sql: `insert into polls (tenant, parcel, connection, carrier, next_at_ms)
            select $1, x.parcel, x.connection, x.carrier, $3 from jsonb_to_recordset($2::jsonb) as x (parcel text, connection text, carrier text)
            on conflict do nothing`,
      parameters: [tenant, JSON.stringify(rows), now + FIRST_WAIT_MS],
    },
  ]
}

export interface DuePoll {
  readonly parcel: string
  readonly carrier: string
  readonly failures: number
  readonly state: ParcelState
  readonly first_seen_at_ms: string | number
}

/** The longest waiting first. No carrier may take more than its share, however many of its parcels wait. */
export async function duePolls(
  { db }: Pick<Context, 'db'>,
  connection: ConnectionName,
  now: number,
  { most, perCarrier }: { readonly most: number; readonly perCarrier: number },
): Promise<readonly DuePoll[]> {
  const { rows } = await db.query<DuePoll>(
    `select d.parcel, d.carrier, d.failures, p.state, p.first_seen_at_ms
       from (select q.*, row_number() over (partition by q.carrier order by q.next_at_ms) as place
               from polls q where q.connection = $1 and q.next_at_ms <= $2) d
       join parcels p on p.parcel = d.parcel
      where d.place <= $4 order by d.next_at_ms limit $3`,
    [connection, now, most, perCarrier],
  )
  return rows
}

/** @param nextAt null: it is not asked after any more */
export async function savePoll(
  { db }: Pick<Context, 'db'>,
  { parcel, nextAt, failures, error, now }: SavedPoll,
): Promise<void> {
  if (nextAt === null) {
    await db.query('delete from polls where parcel = $1', [parcel])
    return
  }
  await db.query(
    'update polls set next_at_ms = $2, failures = $3, last_error = $4, polled_at_ms = $5 where parcel = $1',
    [parcel, nextAt, failures, error ?? null, now],
  )
}

interface SavedPoll {
  readonly parcel: string
  readonly nextAt: number | null
  readonly failures: number
  readonly error?: string
  readonly now: number
}
