import { Refusal } from '@signalbox/sdk'
import { nowText } from '../calls/instant-text.ts'
import { type ChartKind, chartKinds } from './chart-kinds.ts'
import { type ChartDefinition, usualDefinition } from './control-chart.ts'
import type { ConstantsChoice } from './control-constants.ts'
import { requireChart } from './require-chart.ts'
import type { RuleSetName } from './rule-sets.ts'
import type { SpcPort } from './spc-port.ts'

export interface DefineRequest {
  readonly chart: string
  readonly kind: ChartKind
  readonly rules?: RuleSetName
  readonly item?: string
  readonly characteristic?: string
  readonly unit?: string
  readonly lsl?: number
  readonly usl?: number
  readonly target?: number
  readonly autoFreeze?: number
  readonly constants?: ConstantsChoice
  readonly width?: number
  readonly lambda?: number
  readonly reference?: number
  readonly decision?: number
}

export interface DefineAnswer {
  readonly chart: string
  readonly revision: number
  readonly phase: 1 | 2
}

/**
 * Makes a chart, or changes the words around one: rules, limits of the specification, item, unit. What its points mean
 * stays as it was defined first.
 *
 * @throws Refusal SPC_CHART_FIXED, SPC_SPECIFICATION_REVERSED, SPC_SPECIFICATION_OF_COUNTS
 */
export async function defineChart(request: DefineRequest, ctx: SpcPort): Promise<DefineAnswer> {
  requireSpecification(request)
  const definition = definitionOf(request)
  const words = [
    request.rules ?? 'nelson',
    request.item ?? null,
    request.characteristic ?? null,
    request.unit ?? null,
    request.lsl ?? null,
    request.usl ?? null,
    request.target ?? null,
    request.autoFreeze ?? null,
  ]
  // Where the chart is there with another definition, nothing is changed and no row comes back.
  const { rows } = await ctx.db.query<{ revision: number; limits_version: number }>(
    `insert into spc_charts
       (tenant, chart, definition, rules, item, characteristic, unit, lsl, usl, target, auto_freeze, created_at)
     values ($1, $2, $3::jsonb, $4, $5, $6, $7, $8, $9, $10, $11, $12)
     on conflict (tenant, chart) do update
        set rules = excluded.rules, item = excluded.item, characteristic = excluded.characteristic,
            unit = excluded.unit, lsl = excluded.lsl, usl = excluded.usl, target = excluded.target,
            auto_freeze = excluded.auto_freeze, revision = spc_charts.revision + 1
      where spc_charts.definition = excluded.definition
     returning revision, limits_version`,
    [ctx.tenant, request.chart, JSON.stringify(definition), ...words, nowText(ctx)],
  )
  const [row] = rows
  if (row) {
    return { chart: request.chart, revision: row.revision, phase: row.limits_version === 0 ? 1 : 2 }
  }
  const { definition: former } = await requireChart(ctx, request.chart)
  throw new Refusal(
    'SPC_CHART_FIXED',
    `The chart ${request.chart} is of kind ${former.kind}, with constants and widths of its own, and its points mean that. Define another chart.`,
  )
}

function definitionOf(request: DefineRequest): ChartDefinition {
  const { kind, constants, width, lambda, reference, decision } = request
  return {
    kind,
    constants: constants ?? usualDefinition.constants,
    width: width ?? usualDefinition.width,
    lambda: lambda ?? usualDefinition.lambda,
    reference: reference ?? usualDefinition.reference,
    decision: decision ?? usualDefinition.decision,
  }
}

function requireSpecification({ kind, lsl, usl, target }: DefineRequest): void {
  if (lsl !== undefined && usl !== undefined && lsl >= usl) {
    throw new Refusal(
      'SPC_SPECIFICATION_REVERSED',
      `lsl ${lsl} is not below usl ${usl}: exchange them.`,
    )
  }
  const hasAny = [lsl, usl, target].some((limit) => limit !== undefined)
  if (hasAny && chartKinds[kind].sample === 'count') {
    const cure =
      'A chart of counts has no specification of a measure: leave lsl, usl and target out.'
    throw new Refusal('SPC_SPECIFICATION_OF_COUNTS', cure)
  }
}
