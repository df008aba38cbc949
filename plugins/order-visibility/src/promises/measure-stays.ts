import type { Context, JobRun } from '@signalbox/sdk'
import { LIVE } from '../projection/live-generation.ts'
import { resumeRebuild } from '../replay/rebuild.ts'
import { instantText, MS_PER_DAY } from '../time/instant.ts'

/** How long ago stays say something of today's. */
const DAYS = 180

/** By night: how long stages took of late, which promises are judged by. */
export async function nightly(_run: JobRun, ctx: Context): Promise<void> {
  const now = ctx.now()
  await ctx.db.query(
    `insert into usual_stays (tenant, stage, stays, median_hours, p90_hours, measured_at)
     select $1, stage, count(*),
            percentile_cont(0.5) within group (order by extract(epoch from left_at - entered_at) / 3600.0),
            percentile_cont(0.9) within group (order by extract(epoch from left_at - entered_at) / 3600.0), $2
       from stays
      where generation = ${LIVE} and left_at >= $3 and next_stage is distinct from 'cancelled'
      group by stage
     on conflict (tenant, stage) do update set stays = excluded.stays, median_hours = excluded.median_hours,
        p90_hours = excluded.p90_hours, measured_at = excluded.measured_at`,
    [ctx.tenant, instantText(now), instantText(now - DAYS * MS_PER_DAY)],
  )
  await resumeRebuild(ctx)
}
