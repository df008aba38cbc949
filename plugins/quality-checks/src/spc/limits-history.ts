import { pageOf, parsePlace, writePlace } from '../calls/page-place.ts'
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

interface HistoryRequest {
  readonly chart: string
  readonly limit?: number
  readonly cursor?: string
}

const USUAL_LIMIT = 20

/** All limits that a chart ever had, newest first. */
export async function limitsHistory(
  { chart, limit = USUAL_LIMIT, cursor }: HistoryRequest,
  ctx: SpcPort,
) {
  await requireChart(ctx, chart)
  const before = cursor === undefined ? null : Number(parsePlace(cursor).id)
  const { rows } = await ctx.db.query<LimitsRow>(
    `select version, centre, sigma, points, excluded, reason, author, frozen_at from spc_limits
      where chart = $1 and ($2::int is null or version < $2) order by version desc limit $3`,
    [chart, before, limit + 1],
  )
  const cursorOf = ({ frozen_at, version }: LimitsRow) =>
    writePlace({ at: frozen_at, id: String(version) })
  return pageOf(rows, limit, cursorOf, ({ frozen_at, ...row }) => ({ ...row, frozenAt: frozen_at }))
}
