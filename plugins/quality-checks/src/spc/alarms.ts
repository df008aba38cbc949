import { Refusal } from '@signalbox/sdk'
import { nowText } from '../calls/instant-text.ts'
import { pageOf, parsePlace, writePlace } from '../calls/page-place.ts'
import { ruleText } from './rule-text.ts'
import type { SpcPort } from './spc-port.ts'
import type { AlarmRow, ChartRow } from './spc-rows.ts'

export interface AlarmsRequest {
  readonly chart?: string
  /** Only those that nobody has acknowledged. */
  readonly open?: boolean
  readonly limit?: number
  readonly cursor?: string
}

export interface Acknowledgement {
  readonly chart: string
  readonly point: string
  readonly rule: string
  /** What was found: the assignable cause, or that there is none. */
  readonly cause: string
}

interface KeptAlarm extends AlarmRow {
  readonly raised_at: string
  readonly acknowledged_at: string | null
  readonly acknowledged_by: string | null
  readonly cause: string | null
  readonly definition: ChartRow['definition']
  readonly rules: ChartRow['rules']
}

const USUAL_LIMIT = 50

/** Newest first. */
export async function alarms(request: AlarmsRequest, ctx: SpcPort) {
  const { chart, open = false, limit = USUAL_LIMIT, cursor } = request
  const place = cursor === undefined ? null : parsePlace(cursor)
  const { rows } = await ctx.db.query<KeptAlarm>(
    `select a.chart, a.point, a.rule, a.at, a.value, a.centre, a.lower, a.upper, a.limits_version, a.raised_at,
            a.acknowledged_at, a.acknowledged_by, a.cause, c.definition, c.rules
       from spc_alarms a join spc_charts c on c.chart = a.chart
      where ($1::text is null or a.chart = $1) and (not $2 or a.acknowledged_at is null)
        and ($3::timestamptz is null
             or (a.raised_at, a.chart || ' ' || a.point || ' ' || a.rule) < ($3::timestamptz, $4))
      order by a.raised_at desc, a.chart || ' ' || a.point || ' ' || a.rule desc limit $5`,
    [chart ?? null, open, place?.at ?? null, place?.id ?? null, limit + 1],
  )
  return pageOf(rows, limit, placeOf, (row) => ({
    chart: row.chart,
    point: row.point,
    rule: row.rule,
    at: row.at,
    value: row.value,
    centre: row.centre,
    lower: row.lower,
    upper: row.upper,
    limitsVersion: row.limits_version,
    raisedAt: row.raised_at,
    acknowledgedAt: row.acknowledged_at,
    acknowledgedBy: row.acknowledged_by,
    cause: row.cause,
    text: ruleText(row, row.rule),
  }))
}

function placeOf({ raised_at, chart, point, rule }: KeptAlarm): string {
  return writePlace({ at: raised_at, id: `${chart} ${point} ${rule}` })
}

/** The first acknowledgement stays; again, by whomever, changes nothing. @throws Refusal SPC_ALARM_MISSING */
export async function acknowledge({ chart, point, rule, cause }: Acknowledgement, ctx: SpcPort) {
  const { rows } = await ctx.db.query<
    Pick<KeptAlarm, 'acknowledged_at' | 'acknowledged_by' | 'cause'>
  >(
    `update spc_alarms
        set acknowledged_at = coalesce(acknowledged_at, $4::timestamptz),
            acknowledged_by = coalesce(acknowledged_by, $5), cause = coalesce(cause, $6)
      where chart = $1 and point = $2 and rule = $3
      returning acknowledged_at, acknowledged_by, cause`,
    [chart, point, rule, nowText(ctx), ctx.principal.id, cause],
  )
  const [row] = rows
  if (!row) {
    throw new Refusal(
      'SPC_ALARM_MISSING',
      `There is no alarm of ${rule} at the point ${point} of ${chart}.`,
    )
  }
  return {
    acknowledgedAt: row.acknowledged_at,
    acknowledgedBy: row.acknowledged_by,
    cause: row.cause,
  }
}
