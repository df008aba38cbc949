import type { Context } from '@signalbox/sdk'
import type { Place } from '../calls/cursor.ts'
import type { Reading } from './excursions.ts'
import type { Measure } from './measure.ts'
import type { AlarmRow } from './plan-alarms.ts'

type Port = Pick<Context, 'db'>

export interface ReadingsFilter {
  readonly measure: Measure
  readonly subject?: string
  readonly device?: string
  readonly from?: number
  readonly to?: number
}

/** What an answer holds: a week of readings every minute is ten thousand. */
const MOST_READINGS = 5000

export async function findReadings(
  { db }: Port,
  { measure, subject, device, from, to }: ReadingsFilter,
): Promise<{ readonly rows: readonly Reading[]; readonly cut: boolean }> {
  const { rows } = await db.query<{ readonly at_ms: number } & Omit<Reading, 'at'>>(
    `select distinct on (r.at_ms) r.at_ms, r.value, r.low, r.high
       from sensor_series s join sensor_readings r on r.series = s.series
       left join epcis_events e on e.event = r.source
      where s.measure = $1 and ($2::text is null or s.subject = $2) and ($3::text is null or s.device = $3)
        and ($2::text is not null or $3::text is not null)
        and ($4::bigint is null or r.at_ms >= $4) and ($5::bigint is null or r.at_ms < $5)
        and e.erroneous is not true
      order by r.at_ms limit $6`,
    [measure, subject ?? null, device ?? null, from ?? null, to ?? null, MOST_READINGS + 1],
  )
  return {
    rows: rows.slice(0, MOST_READINGS).map(({ at_ms, ...row }) => ({ ...row, at: Number(at_ms) })),
    cut: rows.length > MOST_READINGS,
  }
}

export interface ShownAlarm extends AlarmRow {
  readonly shipment: string
  readonly subject: string
  readonly device: string
  readonly measure: Measure
  readonly lower_limit: number | null
  readonly upper_limit: number | null
  readonly lots: readonly string[]
  readonly raised_ms: number
}

export async function findAlarms(
  { db }: Port,
  {
    shipment = null,
    open = null,
    after,
  }: {
    readonly shipment: string | null | undefined
    readonly open: boolean | null | undefined
    readonly after: Place | undefined
  },
  limit: number,
): Promise<readonly ShownAlarm[]> {
  const { rows } = await db.query<ShownAlarm>(
    `select a.alarm, a.series, a.limit_id, a.shipment, a.since_ms, a.until_ms, a.last_ms, a.worst, a.minutes,
            a.lower_limit, a.upper_limit, a.lots, a.raised_ms, s.subject, s.device, s.measure
       from sensor_alarms a join sensor_series s on s.series = a.series
      where ($1::text is null or a.shipment = $1)
        and ($2::boolean is null or (a.until_ms is null) = $2)
        and ($3::bigint is null or (a.raised_ms, a.alarm) < ($3::bigint, $4))
      order by a.raised_ms desc, a.alarm desc limit $5`,
    [shipment, open, after?.at ?? null, after?.id ?? null, limit],
  )
  return rows.map((row) => ({
    ...row,
    since_ms: Number(row.since_ms),
    until_ms: row.until_ms === null ? null : Number(row.until_ms),
    last_ms: Number(row.last_ms),
    raised_ms: Number(row.raised_ms),
  }))
}
