import type { Context } from '@signalbox/sdk'
import { Refusal } from '@signalbox/sdk'
import type { SentPoint } from '../spc/append-plan.ts'
import { appendPoints } from '../spc/append-points.ts'
import { type ChartKind, chartKinds } from '../spc/chart-kinds.ts'
import { convert } from '../units/units-of-measure.ts'
import type { PlannedRow } from './inspection-row.ts'
import { isJudged } from './inspection-test.ts'
import type { PlanDefinition } from './plan-definition.ts'

interface FedChart {
  readonly chart: string
  readonly kind: ChartKind
  readonly characteristic: string
  readonly unit: string | null
}

interface ChartedValue {
  readonly id: string
  readonly characteristic: string
  readonly value: number
  readonly at: string
  readonly gauge: string | null
  readonly operator: string
  readonly isCorrection: boolean
  readonly isCorrected: boolean
}

/**
 * Measurements go on to the charts of their item and characteristic: each as a point of its own, or where the chart is of
 * subgroups the whole sample once it is judged. Points are known by their measurement, so a result that is sent again is
 * charted once; one whose charting failed is charted then.
 *
 * @param ids of the results that were sent
 */
export async function feedCharts(
  ctx: Context,
  row: PlannedRow,
  ids: readonly string[],
): Promise<void> {
  const { definition } = row
  const variables = (definition?.characteristics ?? []).filter(({ kind }) => kind === 'variable')
  if (definition === null || variables.length === 0) return
  const charts = await chartsOf(
    ctx,
    row.item,
    variables.map(({ id }) => id),
  )
  if (charts.length === 0) return
  const computed = variables.filter(({ formula }) => formula !== undefined)
  const sent = new Set(ids.flatMap((id) => [id, ...computed.map((one) => `${id}=${one.id}`)]))
  const values = await valuesOf(ctx, row.inspection, charts, [...sent])
  for (const chart of charts) {
    try {
      const ours = values.filter(({ characteristic }) => characteristic === chart.characteristic)
      const points = pointsOf(chart, row, ours, sent)
      await append(
        ctx,
        chart.chart,
        await unknownPoints(ctx, chart, inUnit(chart, definition, points)),
      )
    } catch (error) {
      // The measurements are kept and judged; that a chart does not take them is for whoever keeps the chart.
      if (!(error instanceof Refusal)) throw error
      const { code, message } = error
      ctx.log.warn('measurements were not charted', { chart: chart.chart, code, message })
    }
  }
}

async function chartsOf({ db }: Context, item: string, characteristics: readonly string[]) {
  const { rows } = await db.query<FedChart>(
    `select chart, definition ->> 'kind' as kind, characteristic, unit from spc_charts
      where item = $1 and characteristic = any($2::text[]) order by chart limit 100`,
    [item, characteristics],
  )
  return rows.filter(({ kind }) => chartKinds[kind].sample === 'values')
}

/** As many as one call can send with all that is computed from them, and far more than a subgroup has. */
const MOST_VALUES = 9000

/** What was sent; of characteristics that are charted by subgroups, all that the inspection has. */
async function valuesOf(
  { db }: Context,
  inspection: string,
  charts: readonly FedChart[],
  sent: readonly string[],
) {
  const { rows } = await db.query<ChartedValue>(
    `select m.id, m.characteristic, m.value, m.measured_at as at, m.gauge, m.operator,
       m.corrects is not null as "isCorrection",
       exists (select from measurements c where c.inspection = m.inspection and c.corrects = m.id) as "isCorrected"
     from measurements m where m.inspection = $1 and m.value is not null
       and (m.characteristic = any($2::text[]) or m.id = any($3::text[]))
     order by m.ordinal, m.id limit ${MOST_VALUES}`,
    [inspection, charts.filter(isOfSubgroups).map(({ characteristic }) => characteristic), sent],
  )
  return rows
}

function isOfSubgroups({ kind }: FedChart): boolean {
  return (chartKinds[kind].subgroup?.[0] ?? 1) > 1
}

type ValuePoint = SentPoint & { readonly point: string; readonly values: readonly number[] }

function pointsOf(
  chart: FedChart,
  { inspection, tests }: PlannedRow,
  values: readonly ChartedValue[],
  sent: ReadonlySet<string>,
): readonly ValuePoint[] {
  if (!isOfSubgroups(chart)) {
    // A chart shows what was measured; a correction changes no point that may have alarmed already.
    return values
      .filter(({ id, isCorrection }) => sent.has(id) && !isCorrection)
      .map((one) => ({ ...placeOf(one), point: `${inspection}/${one.id}`, values: [one.value] }))
  }
  const own = tests.filter(({ characteristic }) => characteristic === chart.characteristic)
  const current = values.filter(({ isCorrected }) => !isCorrected)
  const last = current.toSorted((a, b) => (a.at < b.at ? -1 : 1)).at(-1)
  if (last === undefined || !own.every(isJudged)) return []
  const point = `${inspection}/${chart.characteristic}`
  return [{ ...placeOf(last), point, values: current.map(({ value }) => value) }]
}

function placeOf({ at, gauge, operator }: ChartedValue) {
  return { at, operator, ...(gauge === null ? {} : { gauge }) }
}

/** @throws UNIT_MISMATCHED */
function inUnit(
  { unit, characteristic }: FedChart,
  { characteristics }: PlanDefinition,
  points: readonly ValuePoint[],
): readonly ValuePoint[] {
  const own = characteristics.find(({ id }) => id === characteristic)?.unit
  if (unit === null || own === undefined) return points
  return points.map((point) => ({
    ...point,
    values: point.values.map((value) => convert(value, own, unit)),
  }))
}

/** A sample that goes on after its verdict is a point already: it stays as it was charted. */
async function unknownPoints(
  { db }: Context,
  chart: FedChart,
  points: readonly ValuePoint[],
): Promise<readonly ValuePoint[]> {
  if (points.length === 0 || !isOfSubgroups(chart)) return points
  const { rows } = await db.query<{ point: string }>(
    'select point from spc_points where chart = $1 and point = any($2::text[])',
    [chart.chart, points.map(({ point }) => point)],
  )
  return points.filter(({ point }) => !rows.some((row) => row.point === point))
}

/** Halves what breaks so many rules that one transaction cannot tell of them. */
async function append(ctx: Context, chart: string, points: readonly ValuePoint[]): Promise<void> {
  if (points.length === 0) return
  try {
    await appendPoints({ chart, points }, ctx)
  } catch (error) {
    const isTooMany = error instanceof Refusal && error.code === 'SPC_ALARMS_TOO_MANY'
    if (!isTooMany || points.length === 1) throw error
    const middle = Math.ceil(points.length / 2)
    await append(ctx, chart, points.slice(0, middle))
    await append(ctx, chart, points.slice(middle))
  }
}
