import type { Context, Statement } from '@signalbox/sdk'
import type { Sample } from './chart-kinds.ts'
import type { AlarmRow, ChartRow, NewPoint, PointRow } from './spc-rows.ts'

type Port = Pick<Context, 'db' | 'tenant'>

const pointColumns = 'point, at, location, size, dispersion, state, limits_version'

export async function readChart({ db }: Port, chart: string): Promise<ChartRow | undefined> {
  const { rows } = await db.query<ChartRow>(
    `select c.chart, c.definition, c.rules, c.item, c.characteristic, c.unit, c.lsl, c.usl, c.target,
            c.auto_freeze, c.limits_version, c.revision, l.centre, l.sigma
       from spc_charts c
       left join spc_limits l on l.chart = c.chart and l.version = c.limits_version
      where c.chart = $1`,
    [chart],
  )
  return rows[0]
}

export interface Surroundings {
  /** Points that were there under the ids of the new ones. */
  readonly known: readonly {
    readonly point: string
    readonly sample: Sample
    readonly at: string
  }[]
  /** Up to `behind` points before the first of the new ones, oldest first. */
  readonly before: readonly PointRow[]
  /** Points from the first new one on, that came before it; oldest first. */
  readonly after: readonly PointRow[]
  /** Point and rule of the alarms of those after. */
  readonly alarms: readonly { readonly point: string; readonly rule: string }[]
}

/** What an append looks at: never the whole chart. */
export async function readSurroundings(
  { db }: Port,
  chart: string,
  ids: readonly string[],
  first: { readonly at: string; readonly point: string },
  limits: { readonly behind: number; readonly after: number },
): Promise<Surroundings> {
  const place = [chart, first.at, first.point]
  const [known, before, after, alarms] = await db.transaction<
    [Surroundings['known'][number], PointRow, PointRow, Surroundings['alarms'][number]]
  >([
    {
      sql: `select point, sample, at from spc_points
             where chart = $1 and point in (select jsonb_array_elements_text($2::jsonb))`,
      parameters: [chart, JSON.stringify(ids)],
    },
    {
      sql: `select ${pointColumns} from spc_points
             where chart = $1 and (at, point) < ($2::timestamptz, $3) order by at desc, point desc limit $4`,
      parameters: [...place, limits.behind],
    },
    {
      sql: `select ${pointColumns} from spc_points
             where chart = $1 and (at, point) >= ($2::timestamptz, $3) order by at, point limit $4`,
      parameters: [...place, limits.after],
    },
    {
      sql: `select point, rule from spc_alarms where chart = $1 and at >= $2::timestamptz limit $3`,
      parameters: [chart, first.at, limits.after * 10],
    },
  ])
  return {
    known: known.rows.map(inUtc),
    before: before.rows.toReversed().map(inUtc),
    after: after.rows.map(inUtc),
    alarms: alarms.rows,
  }
}

/** Of two that read the same revision, one gets CORE_SQL_ROWS_UNEXPECTED. */
export function touchChart(chart: string, revision: number): Statement {
  return {
    sql: 'update spc_charts set revision = revision + 1 where chart = $1 and revision = $2',
    parameters: [chart, revision],
    rows: 1,
  }
}

export function insertPoints(
  tenant: string,
  chart: string,
  points: readonly NewPoint[],
  now: string,
): Statement {
  return {
    sql: `insert into spc_points
            (tenant, chart, point, at, sample, location, size, dispersion, state, limits_version, gauge, operator, received_at)
          select $1, $2, p.point, p.at, p.sample, p.location, p.size, p.dispersion, p.state, p.limits_version,
                 p.gauge, p.operator, $4::timestamptz
            from jsonb_to_recordset($3::jsonb) as p (point text, at timestamptz, sample jsonb, location float8,
                 size float8, dispersion float8, state jsonb, limits_version int, gauge text, operator text)`,
    parameters: [tenant, chart, JSON.stringify(points), now],
  }
}

/** Points that a late one came before go on from other sums. */
export function updateStates(
  chart: string,
  points: readonly Pick<PointRow, 'point' | 'state'>[],
): Statement {
  return {
    sql: `update spc_points s set state = p.state
            from jsonb_to_recordset($2::jsonb) as p (point text, state jsonb)
           where s.chart = $1 and s.point = p.point`,
    parameters: [chart, JSON.stringify(points)],
  }
}

export function insertAlarms(tenant: string, alarms: readonly AlarmRow[], now: string): Statement {
  return {
    sql: `insert into spc_alarms
            (tenant, chart, point, rule, at, value, centre, lower, upper, limits_version, raised_at)
          select $1, a.chart, a.point, a.rule, a.at, a.value, a.centre, a.lower, a.upper, a.limits_version,
                 $3::timestamptz
            from jsonb_to_recordset($2::jsonb) as a (chart text, point text, rule text, at timestamptz,
                 value float8, centre float8, lower float8, upper float8, limits_version int)`,
    parameters: [tenant, JSON.stringify(alarms), now],
  }
}

export interface PageWish {
  readonly before: { readonly at: string; readonly point: string } | null
  readonly limit: number
  /** Only points that go by these limits; null: all. */
  readonly version: number | null
}

/** Newest first. */
export async function readPoints(
  { db }: Port,
  chart: string,
  { before, limit, version }: PageWish,
): Promise<readonly PointRow[]> {
  const { rows } = await db.query<PointRow>(
    `select ${pointColumns} from spc_points
      where chart = $1 and ($2::timestamptz is null or (at, point) < ($2::timestamptz, $3))
        and ($4::int is null or limits_version = $4)
      order by at desc, point desc limit $5`,
    [chart, before?.at ?? null, before?.point ?? null, version, limit],
  )
  return rows.map(inUtc)
}

export interface SpanWish {
  readonly from: string | null
  readonly to: string | null
  readonly exclude: readonly string[]
  readonly limit: number
}

/** Points of a span of time but for some, oldest first; what was sent too. */
export async function readSpan(
  { db }: Port,
  chart: string,
  { from, to, exclude, limit }: SpanWish,
): Promise<readonly (PointRow & { readonly sample: Sample })[]> {
  const { rows } = await db.query<PointRow & { readonly sample: Sample }>(
    `select ${pointColumns}, sample from (
       select * from spc_points
        where chart = $1 and ($2::timestamptz is null or at >= $2::timestamptz)
          and ($3::timestamptz is null or at <= $3::timestamptz)
          and point not in (select jsonb_array_elements_text($4::jsonb))
        order by at desc, point desc limit $5) newest
      order by at, point`,
    [chart, from, to, JSON.stringify(exclude), limit],
  )
  return rows.map(inUtc)
}

export async function countPoints({ db }: Port, chart: string): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    'select count(*)::int as count from spc_points where chart = $1',
    [chart],
  )
  return rows[0]?.count ?? 0
}

/** Instants are compared as text: one way of writing them. */
function inUtc<Row extends { readonly at: string }>(row: Row): Row {
  return { ...row, at: new Date(row.at).toISOString() }
}
