import { Refusal } from '@signalbox/sdk'
import { nowText } from '../calls/instant-text.ts'
import { chartKinds } from './chart-kinds.ts'
import { type ChartParameters, estimateParameters } from './chart-parameters.ts'
import { requireChart } from './require-chart.ts'
import type { SpcPort } from './spc-port.ts'
import type { ChartRow } from './spc-rows.ts'
import { readSpan, touchChart } from './spc-store.ts'

export interface FreezeRequest {
  readonly chart: string
  readonly reason: string
  /** Which points they come from; all, where absent. */
  readonly from?: string
  readonly to?: string
  /** Points with a known cause, left out. */
  readonly exclude?: readonly string[]
  /** Limits that are known, of a specification or a sister line, in place of points. */
  readonly centre?: number
  readonly sigma?: number
}

export interface FrozenLimits extends ChartParameters {
  readonly version: number
  readonly points: number
}

/** So many points give limits; the newest are taken. */
const MOST_POINTS = 5000

/**
 * Phase I to phase II, or new limits for old ones: the chart judges what comes by them from now on. What was judged
 * before keeps its alarms, and the limits that it was judged by stay in the history.
 *
 * @throws Refusal SPC_CHART_MISSING, SPC_TOO_FEW_POINTS, SPC_SIGMA_ZERO, SPC_LIMITS_INVALID
 */
export async function freezeLimits(request: FreezeRequest, ctx: SpcPort): Promise<FrozenLimits> {
  const chart = await requireChart(ctx, request.chart)
  const { parameters, points } = await limitsOf(chart, request, ctx)
  const version = chart.limits_version + 1
  const { centre, sigma } = parameters
  await ctx.db.transaction([
    touchChart(chart.chart, chart.revision),
    {
      sql: 'update spc_charts set limits_version = $2 where chart = $1',
      parameters: [chart.chart, version],
    },
    {
      sql: `insert into spc_limits (tenant, chart, version, centre, sigma, points, excluded, reason, author, frozen_at)
            values ($1, $2, $3, $4, $5, $6, $7::jsonb, $8, $9, $10)`,
      parameters: [
        ctx.tenant,
        chart.chart,
        version,
        centre,
        sigma,
        points,
        JSON.stringify(request.exclude ?? []),
        request.reason,
        ctx.principal.id,
        nowText(ctx),
      ],
    },
  ])
  return { version, centre, sigma, points }
}

async function limitsOf(
  { chart, definition }: ChartRow,
  { centre, sigma, from, to, exclude = [] }: FreezeRequest,
  ctx: SpcPort,
): Promise<{ readonly parameters: ChartParameters; readonly points: number }> {
  if (centre !== undefined || sigma !== undefined) {
    return { parameters: given(definition.kind, centre, sigma), points: 0 }
  }
  const span = { from: from ?? null, to: to ?? null, exclude, limit: MOST_POINTS }
  const rows = await readSpan(ctx, chart, span)
  const parameters = estimateParameters(definition.kind, rows, definition.constants)
  if (!(parameters.sigma > 0)) {
    throw new Refusal(
      'SPC_SIGMA_ZERO',
      'These points do not vary: limits from them would alarm at everything. Take more points, or give centre and sigma.',
    )
  }
  return { parameters, points: rows.length }
}

/** Of counts the law gives sigma. */
function given(
  kind: ChartRow['definition']['kind'],
  centre: number | undefined,
  sigma: number | undefined,
): ChartParameters {
  const { sample, countsItems } = chartKinds[kind]
  if (centre === undefined) throw invalid('Give the centre too.')
  if (sample === 'values') {
    if (sigma === undefined || !(sigma > 0)) throw invalid('Give sigma of a single value, above 0.')
    return { centre, sigma }
  }
  if (sigma !== undefined) throw invalid('Of counts sigma follows from the centre: leave it out.')
  if (!(centre > 0) || (countsItems && centre >= 1)) {
    throw invalid(countsItems ? 'A proportion lies between 0 and 1.' : 'A mean count is above 0.')
  }
  return { centre, sigma: Math.sqrt(countsItems ? centre * (1 - centre) : centre) }
}

function invalid(cure: string): Refusal {
  return new Refusal('SPC_LIMITS_INVALID', cure)
}
