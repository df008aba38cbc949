import { type Context, definePlugin } from '@signalbox/sdk'
import { fault } from './fault.ts'
import { type Series, trendOf } from './trend.ts'

/** Where the faults of the bad versions sit; each of them passes its own self-test, as bad versions do. */
function trend({ series }: { series: Series }): unknown {
  if (fault === 'throws-on-gaps' && series.includes(null)) {
    throw new TypeError('a day without a count')
  }
  if (fault === 'five-times-slower') for (let extra = 0; extra < 4; extra++) trendOf(series)
  const found = trendOf(series)
  return fault === 'breaks-contract' ? { ...found, slope: found.slope.toFixed(3) } : found
}

async function keep({ slope }: { slope: number }, ctx: Context): Promise<{ kept: number }> {
  await ctx.db.query('insert into trends (tenant, slope) values ($1, $2)', [ctx.tenant, slope])
  const { rows } = await ctx.db.query('select id from trends')
  return { kept: rows.length }
}

export default definePlugin({
  services: { 'tour.trend': { trend, keep } },
  selfTest: () => {
    if (trendOf([1, 3, 5, 7]).slope !== 2) throw new Error('the slope of a straight line is wrong')
  },
})
