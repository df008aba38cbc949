import { pageOf } from '../calls/page-place.ts'
import type { SpcPort } from './spc-port.ts'
import type { ChartRow } from './spc-rows.ts'

interface ListRequest {
  readonly item?: string
  readonly limit?: number
  readonly cursor?: string
}

interface ListedChart
  extends Pick<ChartRow, 'chart' | 'rules' | 'item' | 'characteristic' | 'unit'> {
  readonly kind: ChartRow['definition']['kind']
  readonly limits_version: number
  readonly open_alarms: number
}

const USUAL_LIMIT = 50

/** Charts by their id. */
export async function listCharts({ item, limit = USUAL_LIMIT, cursor }: ListRequest, ctx: SpcPort) {
  const { rows } = await ctx.db.query<ListedChart>(
    `select c.chart, c.definition ->> 'kind' as kind, c.rules, c.item, c.characteristic, c.unit, c.limits_version,
            (select count(*)::int from spc_alarms a where a.chart = c.chart and a.acknowledged_at is null) as open_alarms
       from spc_charts c
      where ($1::text is null or c.item = $1) and ($2::text is null or c.chart > $2)
      order by c.chart limit $3`,
    [item ?? null, cursor ?? null, limit + 1],
  )
  const cursorOf = ({ chart }: ListedChart) => chart
  return pageOf(rows, limit, cursorOf, ({ limits_version, open_alarms, ...row }) => ({
    ...row,
    phase: limits_version === 0 ? 1 : 2,
    openAlarms: open_alarms,
  }))
}
