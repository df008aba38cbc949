import type { Context, Statement } from '@signalbox/sdk'
import { type Calibration, calibrate } from './calibrate.ts'
import { dispatchSeason } from './dispatch-season.ts'
import { type GroupModel, groupKeys, type LaneModels, learnLanes, type Trip } from './lane-model.ts'
import type { Milestone, Passage } from './passage.ts'

type Port = Pick<Context, 'db' | 'tenant'>

/** Two years of a company that ships four parcels a day, or a month of one that ships a hundred. */
const MOST_PASSAGES = 3000
const HOUR_MS = 3_600_000

interface PassageRow {
  readonly carrier: string | null
  readonly lane: string
  readonly milestone: Milestone
  readonly at_ms: string
  readonly hours: number
}

/** How long delivered parcels took from each milestone on: the newest first, read from their scans, so that a correction counts. */
export async function readPassages(
  { db }: Port,
  milestone: Milestone,
  offsetMs: number,
): Promise<readonly Passage[]> {
  const { rows } = await db.query<PassageRow>(
    `select p.carrier, coalesce(h.origin, '?') || ' > ' || coalesce(h.destination, '?') as lane, $1::text as milestone, m.at_ms,
            (h.delivered_at_ms - m.at_ms) / 3600000.0::float8 as hours
       from shipments h join parcels p on p.tenant = h.tenant and p.shipment = h.shipment
       cross join lateral (
         select case when $1 = 'dispatched' then h.dispatched_at_ms else (
           select max(s.at_ms) from scans s
            where s.tenant = p.tenant and s.parcel = p.parcel and s.status = $1 and not s.quarantined
              and s.voids is null and not exists (select 1 from scans v where v.parcel = s.parcel and v.voids = s.event)
              and s.at_ms < h.delivered_at_ms) end as at_ms) m
      where h.delivered_at_ms is not null and m.at_ms is not null and m.at_ms < h.delivered_at_ms
      order by h.delivered_at_ms desc limit $2`,
    [milestone, MOST_PASSAGES],
  )
  return rows.map((row) => {
    const atMs = Number(row.at_ms)
    const season = dispatchSeason(atMs, offsetMs)
    const { lane, milestone: of, hours } = row
    return { carrier: row.carrier ?? 'any', lane, milestone: of, season, atMs, hours }
  })
}

/** Hours between two scans of a parcel that nineteen of twenty do not reach, by carrier. */
export async function readSilences({
  db,
}: Port): Promise<readonly { carrier: string; hours: number }[]> {
  const { rows } = await db.query<{ carrier: string; hours: number }>(
    `with newest as (
       select p.tenant, p.parcel, p.carrier from parcels p join shipments h on h.tenant = p.tenant and h.shipment = p.shipment
        where h.delivered_at_ms is not null and p.carrier is not null order by h.delivered_at_ms desc limit $1),
     gaps as (
       select n.carrier, (s.at_ms - lag(s.at_ms) over (partition by s.parcel order by s.at_ms)) / 3600000.0 as hours
         from newest n join scans s on s.tenant = n.tenant and s.parcel = n.parcel where not s.quarantined)
     select carrier, percentile_cont(0.95) within group (order by hours)::float8 as hours
       from gaps where hours > 0 group by carrier having count(*) >= 100`,
    [MOST_PASSAGES],
  )
  return rows
}

/** What is written of passages that were learned from; what is not learned any more is forgotten. */
export function modelRows(
  passages: readonly Passage[],
): readonly { key: string; model: unknown }[] {
  const { groups, seasons } = learnLanes(passages)
  const [first] = passages
  return [
    ...[...groups].map(([key, model]) => ({ key: `group|${key}`, model })),
    ...[...seasons].map(([key, model]) => ({ key: `season|${key}`, model })),
    ...(first === undefined
      ? []
      : [{ key: `range|${first.milestone}`, model: calibrate(passages) }]),
  ]
}

export function writeModels(
  { tenant }: Pick<Context, 'tenant'>,
  rows: readonly { readonly key: string; readonly model: unknown }[],
  nowMs: number,
): readonly Statement[] {
  return [
    {
      sql: `insert into lane_models (tenant, key, model, learned_at_ms)
            select $1, x.key, x.model, $3 from jsonb_to_recordset($2::jsonb) as x (key text, model jsonb)
            on conflict (tenant, key) do update set model = excluded.model, learned_at_ms = excluded.learned_at_ms`,
      parameters: [tenant, JSON.stringify(rows), nowMs],
    },
    { sql: 'delete from lane_models where learned_at_ms < $1', parameters: [nowMs - 24 * HOUR_MS] },
  ]
}

export interface KnownLanes extends LaneModels {
  readonly ranges: ReadonlyMap<Milestone, Calibration>
  readonly silences: ReadonlyMap<string, number>
}

/** What is known for these trips and nothing else: there may be thousands of lanes. */
export async function knownLanes({ db }: Port, trips: readonly Trip[]): Promise<KnownLanes> {
  const keys = new Set(
    trips.flatMap((trip) => [
      ...groupKeys(trip).map((key) => `group|${key}`),
      `season|${trip.milestone}|${trip.season}`,
      `range|${trip.milestone}`,
      `silence|${trip.carrier}`,
    ]),
  )
  const { rows } = await db.query<{ key: string; model: unknown }>(
    'select key, model from lane_models where key = any($1)',
    [[...keys]],
  )
  const of = <Value>(kind: string) =>
    new Map(
      rows.flatMap(({ key, model }) =>
        key.startsWith(`${kind}|`) ? [[key.slice(kind.length + 1), model as Value]] : [],
      ),
    )
  return {
    groups: of<GroupModel>('group') as KnownLanes['groups'],
    seasons: of<number>('season') as KnownLanes['seasons'],
    ranges: of<Calibration>('range') as KnownLanes['ranges'],
    silences: of<number>('silence'),
  }
}
