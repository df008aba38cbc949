import { parsePlace, writePlace } from '../calls/page-place.ts'
import type { LocalText } from '../words/local-text.ts'
import { behindOf, redraw, ruleName } from './append-plan.ts'
import { flagChart } from './chart-flags.ts'
import { type ChartParameters, estimateParameters } from './chart-parameters.ts'
import type { Drawn } from './control-chart.ts'
import { requireChart } from './require-chart.ts'
import { ruleText } from './rule-text.ts'
import type { SpcPort } from './spc-port.ts'
import type { ChartRow, PointRow } from './spc-rows.ts'
import { readPoints } from './spc-store.ts'

export interface ViewRequest {
  readonly chart: string
  readonly limit?: number
  readonly cursor?: string
}

export interface ViewItem extends Drawn {
  readonly point: string
  readonly at: string
  readonly size: number
  readonly dispersion: Drawn | null
  readonly lower: Drawn | null
  /** Rules that this point completes, by the limits in force. */
  readonly flags: readonly string[]
}

interface Signal {
  readonly point: string
  readonly at: string
  readonly rule: string
  readonly text: LocalText
}

export interface ViewAnswer {
  readonly chart: string
  readonly kind: string
  readonly rules: string
  readonly phase: 1 | 2
  readonly limitsVersion: number
  /** Null while there are too few points for any. */
  readonly parameters: ChartParameters | null
  readonly notes: readonly ('SIGMA_ZERO' | 'TOO_FEW_POINTS')[]
  readonly item: string | null
  readonly characteristic: string | null
  readonly unit: string | null
  readonly lsl: number | null
  readonly usl: number | null
  readonly target: number | null
  /** Oldest first. */
  readonly items: readonly ViewItem[]
  /** The broken rules of these points one by one, for marks on a drawing and for people. */
  readonly signals: readonly Signal[]
  /** Asks for older points. */
  readonly next?: string
}

const USUAL_LIMIT = 100
/** Limits of phase I come from the newest points, at most so many. */
const MOST_POINTS = 5000

/**
 * A page of a chart, the newest first. In phase I its limits come from all of its points; in phase II from the frozen
 * ones, which newer limits leave as they are drawn. EWMA and CUSUM show the points since their limits were frozen.
 */
export async function viewChart(
  { chart: id, limit = USUAL_LIMIT, cursor }: ViewRequest,
  ctx: SpcPort,
): Promise<ViewAnswer> {
  const chart = await requireChart(ctx, id)
  const place = cursor === undefined ? null : pointPlace(cursor)
  const isPhaseOne = chart.limits_version === 0
  const hasSums = chart.definition.kind === 'ewma' || chart.definition.kind === 'cusum'
  const behind = behindOf(chart)
  const rows = await readPoints(ctx, id, {
    before: isPhaseOne ? null : place,
    // One more tells whether there is a next page; those behind decide on flags.
    limit: isPhaseOne ? MOST_POINTS : limit + behind,
    version: hasSums && !isPhaseOne ? chart.limits_version : null,
  })
  const series = rows.toReversed()
  const parameters = parametersOf(chart, series)
  const end = isPhaseOne && place !== null ? series.findIndex((row) => !isBefore(row, place)) : -1
  const upTo = end === -1 ? series.length : end
  const from = Math.max(0, upTo - limit)
  const items =
    parameters === null ? [] : itemsOf(chart, parameters, series, { from, upTo, isPhaseOne })
  const oldest = series[from]
  return {
    chart: id,
    kind: chart.definition.kind,
    rules: chart.rules,
    phase: isPhaseOne ? 1 : 2,
    limitsVersion: chart.limits_version,
    parameters,
    notes: notesOf(parameters),
    item: chart.item,
    characteristic: chart.characteristic,
    unit: chart.unit,
    lsl: chart.lsl,
    usl: chart.usl,
    target: chart.target,
    items,
    signals: items.flatMap(({ point, at, flags }) =>
      flags.map((rule) => ({ point, at, rule, text: ruleText(chart, rule) })),
    ),
    ...(from > 0 && oldest ? { next: writePlace({ at: oldest.at, id: oldest.point }) } : {}),
  }
}

function parametersOf(chart: ChartRow, series: readonly PointRow[]): ChartParameters | null {
  const { centre, sigma } = chart
  if (centre !== null && sigma !== null) return { centre, sigma }
  if (series.length < 2) return null
  return estimateParameters(chart.definition.kind, series, chart.definition.constants)
}

function notesOf(parameters: ChartParameters | null): ViewAnswer['notes'] {
  if (parameters === null) return ['TOO_FEW_POINTS']
  return parameters.sigma > 0 ? [] : ['SIGMA_ZERO']
}

function itemsOf(
  chart: ChartRow,
  parameters: ChartParameters,
  series: readonly PointRow[],
  {
    from,
    upTo,
    isPhaseOne,
  }: { readonly from: number; readonly upTo: number; readonly isPhaseOne: boolean },
): ViewItem[] {
  const { drawn } = redraw(chart, parameters, series, isPhaseOne ? 0 : series.length)
  const flags = new Map<number, string[]>()
  for (const flag of flagChart(chart.definition, chart.rules, drawn, from)) {
    flags.set(flag.index, [...(flags.get(flag.index) ?? []), ruleName(flag)])
  }
  return series.slice(from, upTo).flatMap(({ point, at, size }, i) => {
    const shown = drawn[from + i]
    if (!shown) return []
    const { location, dispersion, lower } = shown
    return [{ point, at, size, ...location, dispersion, lower, flags: flags.get(from + i) ?? [] }]
  })
}

function pointPlace(cursor: string): { readonly at: string; readonly point: string } {
  const { at, id } = parsePlace(cursor)
  return { at, point: id }
}

function isBefore(row: PointRow, place: { readonly at: string; readonly point: string }): boolean {
  return row.at < place.at || (row.at === place.at && row.point < place.point)
}
