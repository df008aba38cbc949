import { requireChart } from './require-chart.ts'
import type { SpcPort } from './spc-port.ts'

interface LimitsRow {
  readonly version: number
  readonly centre: number
  readonly sigma: number
  readonly points: number
  readonly excluded: readonly string[]
  readonly reason: string
  readonly author: string
  readonly frozen_at: string
}

/** All limits that a chart ever had, newest first. */
export async function limitsHistory(
  { chart, limit = 50, before }: { readonly chart: string; readonly limit?: number; readonly before?: number },
  ctx: SpcPort,
) {
  await requireChart(ctx, chart)
  const { rows } = await ctx.db.query<LimitsRow>(
    `select version, centre, sigma, points, excluded, reason, author, frozen_at from spc_limits
      where chart = $1 and ($2::int is null or version < $2) order by version desc limit $3`,
    [chart, before ?? null, limit],
  )
  return { items: rows.map(({ frozen_at, ...row }) => ({ ...row, frozenAt: frozen_at })) }
}
