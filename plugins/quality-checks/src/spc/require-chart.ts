import { type Context, Refusal } from '@signalbox/sdk'
import type { ChartRow } from './spc-rows.ts'
import { readChart } from './spc-store.ts'

/** @throws Refusal SPC_CHART_MISSING */
export async function requireChart(
  ctx: Pick<Context, 'db' | 'tenant'>,
  chart: string,
): Promise<ChartRow> {
  const row = await readChart(ctx, chart)
  if (row) return row
  throw new Refusal(
    'SPC_CHART_MISSING',
    `There is no chart ${chart}: define it first (defineChart).`,
  )
}
