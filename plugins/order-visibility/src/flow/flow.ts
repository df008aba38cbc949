import { type Context, Refusal } from '@signalbox/sdk'
import { LIVE } from '../projection/live-generation.ts'
import { DEFAULT_OFFSET_MINUTES, type Settings } from '../settings/settings.ts'
import { known } from '../shape/known.ts'
import { type Stage, stages } from '../stages/stages.ts'
import { instantText, MS_PER_DAY, startOfDay } from '../time/instant.ts'

interface FlowInput {
  readonly from: string
  readonly to: string
  readonly customer?: string
}

interface StageFigures {
  readonly stage: Stage
  readonly orders: number
  readonly median: number
  readonly p90: number
  readonly hours: number
}

interface EdgeFigures {
  readonly source: Stage
  readonly target: Stage
  readonly orders: number
  readonly median: number
}

/** More than a year of stays is for a data platform, not for a page. */
const MOST_DAYS = 400

const HOURS = 'extract(epoch from left_at - entered_at) / 3600.0'
/** Stays that ended within the days asked for, of one customer or all. */
const WINDOW = `from stays where generation = ${LIVE} and left_at >= $1 and left_at < $2
  and ($3::text is null or customer = $3)`

/**
 * How long stages took, which way orders went, what came back to a stage it had left, and days from order to cash, of what ended
 * within the days. The directly-follows graph counts orders, an edge is labelled by the stay before it: W. van der Aalst, "Process
 * Mining" (2016), chapter 6; quantiles are PostgreSQL's percentile_cont (linear between values).
 * Of an order that was in a stage twice within the days the first stay counts it: stays follow each other without a gap, so that none
 * before it ended within the days.
 */
export async function flow({ from, to, customer }: FlowInput, ctx: Context) {
  const { utcOffsetMinutes = DEFAULT_OFFSET_MINUTES } = ctx.config as Settings
  const begin = startOfDay(from, utcOffsetMinutes)
  const end = startOfDay(to, utcOffsetMinutes) + MS_PER_DAY
  if (end <= begin || end - begin > MOST_DAYS * MS_PER_DAY) {
    throw new Refusal('PERIOD_INVALID', `Ask for 1 to ${MOST_DAYS} days, the first first.`)
  }
  const parameters = [instantText(begin), instantText(end), customer ?? null]
  const [perStage, perEdge, totals, cash, variants] = await ctx.db.transaction<
    [
      StageFigures,
      EdgeFigures,
      { orders: number; rework: number },
      { orders: number; median: number | null; p90: number | null },
      { path: string; orders: number },
    ]
  >([
    {
      sql: `select stage, (count(*) filter (where left_before is null or left_before < $1))::int as orders,
                   percentile_cont(0.5) within group (order by ${HOURS})::float8 as median,
                   percentile_cont(0.9) within group (order by ${HOURS})::float8 as p90, sum(${HOURS})::float8 as hours
            ${WINDOW} group by stage`,
      parameters,
    },
    {
      sql: `select stage as source, next_stage as target, (count(*) filter (where went_before is null or went_before < $1))::int as orders,
                   percentile_cont(0.5) within group (order by ${HOURS})::float8 as median
            ${WINDOW} and next_stage is not null group by stage, next_stage order by 3 desc limit 200`,
      parameters,
    },
    {
      sql: `select (count(*) filter (where nth = 0 or entered_at < $1))::int as orders,
                   (count(distinct order_id) filter (where left_before >= $1))::int as rework ${WINDOW}`,
      parameters,
    },
    {
      sql: `select count(*)::int as orders,
                   percentile_cont(0.5) within group (order by extract(epoch from paid_at - placed_at) / 86400.0)::float8 as median,
                   percentile_cont(0.9) within group (order by extract(epoch from paid_at - placed_at) / 86400.0)::float8 as p90
              from orders where generation = ${LIVE} and paid_at >= $1 and paid_at < $2 and placed_at is not null and stage <> 'cancelled'
               and ($3::text is null or customer = $3)`,
      parameters,
    },
    {
      sql: `select path, count(*)::int as orders from orders
             where generation = ${LIVE} and not is_open and is_known and stage in ('completed', 'cancelled') and stage_since >= $1 and stage_since < $2
               and ($3::text is null or customer = $3) group by path order by 2 desc, path limit 20`,
      parameters,
    },
  ])
  const all = perStage.rows.reduce((sum, { hours }) => sum + hours, 0)
  const slowest = [...perStage.rows].sort((a, b) => b.hours - a.hours)[0]
  const [paid] = cash.rows
  return known({
    orders: totals.rows[0]?.orders ?? 0,
    orderToCashDays:
      paid === undefined || paid.median === null || paid.p90 === null
        ? undefined
        : { median: round(paid.median), p90: round(paid.p90), orders: paid.orders },
    stages: [...perStage.rows]
      .sort((a, b) => stages.indexOf(a.stage) - stages.indexOf(b.stage))
      .map(({ stage, orders, median, p90, hours }) => ({
        ...{ stage, orders, medianHours: round(median), p90Hours: round(p90) },
        share: all === 0 ? 0 : round(hours / all),
      })),
    edges: perEdge.rows.map(({ source, target, orders, median }) => ({
      ...{ from: source, to: target, orders, medianHours: round(median) },
      isBack: stages.indexOf(target) < stages.indexOf(source),
    })),
    rework: totals.rows[0]?.rework ?? 0,
    bottleneck: slowest?.stage,
    variants: variants.rows.map(({ path, orders }) => ({ path: path.split(' '), orders })),
  })
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000
}
