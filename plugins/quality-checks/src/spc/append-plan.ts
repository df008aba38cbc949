import { Refusal } from '@signalbox/sdk'
import { type ChartFlag, type Drawing, flagChart, rulesOf } from './chart-flags.ts'
import type { Sample } from './chart-kinds.ts'
import type { ChartParameters } from './chart-parameters.ts'
import { advance, type ChartPoint, type ChartState } from './control-chart.ts'
import { pointsBehind } from './flag-rules.ts'
import { sameSample } from './same-sample.ts'
import { statisticsOf } from './sample-statistics.ts'
import type { AlarmRow, ChartRow, NewPoint, PointRow } from './spc-rows.ts'
import type { Surroundings } from './spc-store.ts'

export interface SentPoint extends Sample {
  /** What makes it one point, however often it is sent; absent: its instant, gauge and operator. */
  readonly point?: string
  readonly at: string
  readonly gauge?: string
  readonly operator?: string
}

/** Points after a late one that are judged once more. A late point before more of them is refused. */
export const MOST_AFTER = 1000

export interface AppendPlan {
  readonly added: readonly NewPoint[]
  readonly duplicates: number
  /** Of those added, points that came before one that was there. */
  readonly late: number
  /** Points that were there, and go on from other sums now. */
  readonly restated: readonly Pick<PointRow, 'point' | 'state'>[]
  readonly alarms: readonly AlarmRow[]
}

/**
 * Points in the order of the chart: by their instants, of one instant by id.
 * @throws Refusal of a sample that the chart does not take, SPC_TIME_INVALID
 */
export function newPoints(chart: ChartRow, sent: readonly SentPoint[]): NewPoint[] {
  const points = sent.map(({ point, at, gauge, operator, ...sample }): NewPoint => {
    const instant = Date.parse(at)
    if (Number.isNaN(instant)) {
      throw new Refusal('SPC_TIME_INVALID', `${at} is no instant: write 2026-11-27T08:00:00Z.`)
    }
    const time = new Date(instant).toISOString()
    return {
      point: point ?? [time, gauge ?? '', operator ?? ''].join('|'),
      at: time,
      sample,
      ...statisticsOf(chart.definition.kind, sample),
      state: {},
      limits_version: chart.limits_version,
      gauge: gauge ?? null,
      operator: operator ?? null,
    }
  })
  return points.sort(inOrder)
}

export function inOrder(
  a: Pick<PointRow, 'at' | 'point'>,
  b: Pick<PointRow, 'at' | 'point'>,
): number {
  if (a.at !== b.at) return a.at < b.at ? -1 : 1
  if (a.point === b.point) return 0
  return a.point < b.point ? -1 : 1
}

/** Points before the first new one that an append reads. */
export function behindOf({ definition, rules }: ChartRow): number {
  // One at least: moving ranges and sums go on from it.
  return Math.max(1, pointsBehind(rulesOf(definition, rules)))
}

/**
 * What an append changes. New points take their place in time; every point from the first of them on is judged once
 * more, by the limits in force. The same point again is passed over.
 *
 * @throws Refusal SPC_POINT_CONFLICT: the id is taken by a point with another sample or instant; SPC_POINT_TOO_LATE
 */
export function planAppend(
  chart: ChartRow,
  points: readonly NewPoint[],
  surroundings: Surroundings,
): AppendPlan {
  const added = withoutKnown(points, surroundings.known)
  const duplicates = points.length - added.length
  const [first] = added
  if (first === undefined) return { added, duplicates, late: 0, restated: [], alarms: [] }
  if (surroundings.after.length >= MOST_AFTER) {
    throw new Refusal(
      'SPC_POINT_TOO_LATE',
      `The point ${first.point} comes before ${MOST_AFTER} others or more: it would change what was judged long ago.`,
    )
  }
  const last = surroundings.after.at(-1)
  const late = last === undefined ? 0 : added.filter((point) => inOrder(point, last) < 0).length
  const { centre, sigma } = chart
  if (centre === null || sigma === null)
    return { added, duplicates, late, restated: [], alarms: [] }
  const placed = added.map((point) => amongFormer(chart, point, surroundings.after))
  return { duplicates, late, ...judge(chart, { centre, sigma }, placed, surroundings) }
}

/** A late point before points that go by former limits belongs to them: it is kept and drawn, and not judged. */
function amongFormer(
  { limits_version }: ChartRow,
  point: NewPoint,
  after: readonly PointRow[],
): NewPoint {
  const former = after.findLast((row) => row.limits_version !== limits_version)
  if (former === undefined || inOrder(point, former) > 0) return point
  return { ...point, limits_version: former.limits_version }
}

function withoutKnown(points: readonly NewPoint[], known: Surroundings['known']): NewPoint[] {
  const seen = new Map(known.map((row) => [row.point, row] as const))
  const added: NewPoint[] = []
  for (const point of points) {
    const other = seen.get(point.point)
    if (other === undefined) added.push(point)
    else if (other.at !== point.at || !sameSample(other.sample, point.sample)) {
      throw new Refusal(
        'SPC_POINT_CONFLICT',
        `The point ${point.point} is there with another instant or other values. Give each point an id of its own; a correction is a new point.`,
      )
    }
    seen.set(point.point, point)
  }
  return added
}

function judge(
  chart: ChartRow,
  parameters: ChartParameters,
  added: readonly NewPoint[],
  { before, after, alarms }: Surroundings,
): Pick<AppendPlan, 'added' | 'restated' | 'alarms'> {
  const series: readonly PointRow[] = [...before, ...[...added, ...after].sort(inOrder)]
  const { drawn, states } = redraw(chart, parameters, series, before.length)
  const stateOf = new Map(series.map(({ point }, i) => [point, states[i] ?? {}] as const))
  const raised = new Set(alarms.map(({ point, rule }) => JSON.stringify([point, rule])))
  return {
    added: added.map((point) => ({ ...point, state: stateOf.get(point.point) ?? {} })),
    restated: after.flatMap(({ point, state, limits_version }) => {
      const next = stateOf.get(point) ?? {}
      const isSame = limits_version !== chart.limits_version || sameState(state, next)
      return isSame ? [] : [{ point, state: next }]
    }),
    alarms: flagChart(chart.definition, chart.rules, drawn, before.length)
      .filter(({ index }) => series[index]?.limits_version === chart.limits_version)
      .map((flag) => alarmOf(chart, series, drawn, flag))
      .filter(({ point, rule }) => !raised.has(JSON.stringify([point, rule]))),
  }
}

function sameState(a: ChartState, b: ChartState): boolean {
  return (
    a.previous === b.previous &&
    a.smoothed === b.smoothed &&
    a.variance === b.variance &&
    a.upper === b.upper &&
    a.lower === b.lower
  )
}

/**
 * Draws a series of which the points before `from` have their sums already. A point that goes by former limits hands on
 * none: the ones in force began anew after it. Only moving ranges go on, as they need no limits.
 */
export function redraw(
  { definition, limits_version }: Pick<ChartRow, 'definition' | 'limits_version'>,
  parameters: ChartParameters,
  series: readonly PointRow[],
  from: number,
): { readonly drawn: readonly ChartPoint[]; readonly states: readonly ChartState[] } {
  const drawn: ChartPoint[] = []
  const states: ChartState[] = []
  let state: ChartState = {}
  for (const [index, row] of series.entries()) {
    const next = advance(definition, parameters, state, row)
    if (definition.kind === 'i-mr') state = next.state
    else if (row.limits_version !== limits_version) state = {}
    else state = index < from ? row.state : next.state
    drawn.push(next.point)
    states.push(state)
  }
  return { drawn, states }
}

/** The name of a rule, with the drawing that broke it where that is not the main one. */
export function ruleName({
  rule,
  drawing,
}: {
  readonly rule: string
  readonly drawing: Drawing
}): string {
  return drawing === 'location' ? rule : `${drawing}-${rule}`
}

function alarmOf(
  { chart, limits_version }: ChartRow,
  series: readonly PointRow[],
  drawn: readonly ChartPoint[],
  flag: ChartFlag,
): AlarmRow {
  const row = series[flag.index]
  const value = drawn[flag.index]?.[flag.drawing]
  if (!row || !value) throw new Error('a flag is of a point that is drawn')
  return {
    chart,
    point: row.point,
    rule: ruleName(flag),
    at: row.at,
    value: value.value,
    centre: value.centre,
    lower: value.lcl,
    upper: value.ucl,
    limits_version,
  }
}
