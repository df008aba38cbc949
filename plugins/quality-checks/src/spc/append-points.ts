import { Refusal, type Statement } from '@signalbox/sdk'
import { again, isRace } from '../calls/again.ts'
import { nowText } from '../calls/instant-text.ts'
import { behindOf, MOST_AFTER, newPoints, planAppend, type SentPoint } from './append-plan.ts'
import { freezeLimits } from './freeze-limits.ts'
import { requireChart } from './require-chart.ts'
import { ruleText } from './rule-text.ts'
import type { SpcPort } from './spc-port.ts'
import type { AlarmRow, ChartRow } from './spc-rows.ts'
import {
  countPoints,
  insertAlarms,
  insertPoints,
  readSurroundings,
  touchChart,
  updateStates,
} from './spc-store.ts'

export interface AppendRequest {
  readonly chart: string
  readonly points: readonly SentPoint[]
}

export interface AppendAnswer {
  readonly added: number
  readonly duplicates: number
  readonly late: number
  readonly phase: 1 | 2
  readonly alarms: readonly Pick<
    AlarmRow,
    'point' | 'rule' | 'value' | 'centre' | 'lower' | 'upper'
  >[]
}

/** Events that one transaction publishes. */
const MOST_EVENTS = 64

/**
 * Adds points to a chart, judges them by the limits in force, and publishes an alarm for each point and rule with the
 * commit that adds them. Other parts of the plugin that watch a series call it too; it takes points twice.
 *
 * @throws Refusal SPC_CHART_MISSING, SPC_POINT_CONFLICT, SPC_POINT_TOO_LATE, SPC_ALARMS_TOO_MANY, and those of samples
 */
export function appendPoints(request: AppendRequest, ctx: SpcPort): Promise<AppendAnswer> {
  return again(() => appendOnce(request, ctx))
}

/** Clocks of other systems may be ahead; by a day they are wrong. */
const LATEST_AHEAD_MS = 86_400_000

/** A point from the future would stand behind all that come, and make each of them late. */
function requireNow(points: readonly { readonly at: string }[], now: number): void {
  const ahead = points.find(({ at }) => Date.parse(at) > now + LATEST_AHEAD_MS)
  if (ahead === undefined) return
  throw new Refusal('SPC_TIME_INVALID', `${ahead.at} is to come: set the clock of the device.`)
}

async function appendOnce({ chart: id, points: sent }: AppendRequest, ctx: SpcPort) {
  const chart = await requireChart(ctx, id)
  const points = newPoints(chart, sent)
  requireNow(points, ctx.now())
  const [first] = points
  const phase: 1 | 2 = chart.limits_version === 0 ? 1 : 2
  if (first === undefined) return { added: 0, duplicates: 0, late: 0, phase, alarms: [] }
  const ids = points.map(({ point }) => point)
  const spans = { behind: behindOf(chart), after: MOST_AFTER }
  const plan = planAppend(chart, points, await readSurroundings(ctx, id, ids, first, spans))
  const { added, duplicates, late, restated, alarms } = plan
  if (alarms.length > MOST_EVENTS) {
    throw new Refusal(
      'SPC_ALARMS_TOO_MANY',
      `${alarms.length} alarms at once are more than ${MOST_EVENTS}: append fewer points, or look whether the limits still are those of the process.`,
    )
  }
  if (added.length > 0) {
    const now = nowText(ctx)
    const statements: Statement[] = [
      touchChart(id, chart.revision),
      insertPoints(ctx.tenant, id, added, now),
      ...(restated.length > 0 ? [updateStates(id, restated)] : []),
      ...(alarms.length > 0 ? [insertAlarms(ctx.tenant, alarms, now)] : []),
    ]
    await ctx.db.transaction(statements, {
      events: alarms.map((alarm) => alarmEvent(chart, alarm)),
    })
    await freezeWhenDue(chart, ctx)
  }
  return {
    added: added.length,
    duplicates,
    late,
    phase,
    alarms: alarms.map(({ point, rule, value, centre, lower, upper }) => ({
      point,
      rule,
      value,
      centre,
      lower,
      upper,
    })),
  }
}

function alarmEvent(chart: ChartRow, alarm: AlarmRow) {
  const { item, characteristic } = chart
  return {
    type: 'quality.spc.alarm',
    key: chart.chart,
    data: {
      chart: chart.chart,
      ...(item === null ? {} : { item }),
      ...(characteristic === null ? {} : { characteristic }),
      point: alarm.point,
      rule: alarm.rule,
      value: alarm.value,
      centre: alarm.centre,
      lower: alarm.lower,
      upper: alarm.upper,
      at: alarm.at,
      text: ruleText(chart, alarm.rule),
    },
  }
}

/** Phase I ends by itself where the chart says after how many points. */
async function freezeWhenDue(chart: ChartRow, ctx: SpcPort): Promise<void> {
  const { auto_freeze: due, limits_version } = chart
  if (due === null || limits_version !== 0 || (await countPoints(ctx, chart.chart)) < due) return
  try {
    await freezeLimits(
      { chart: chart.chart, reason: `After ${due} points, as the chart says.` },
      ctx,
    )
  } catch (error) {
    // A series that has not varied yet has no limits; a chart that another call froze has them. The points are in.
    if (!isRace(error) && (error as { code?: unknown }).code !== 'SPC_SIGMA_ZERO') throw error
  }
}
