import type { Knex } from 'knex'
import { coreErrors } from '../errors.ts'
import { hasPlugin } from '../registry/registry-store.ts'
import type { Snapshot } from '../rollout/routing/snapshot.ts'
import { type JobSummary, type Owner, summariseSchedules } from './schedule-store.ts'
import { listTallies, type Tally } from './tally-store.ts'
import { jobsOf, type WantedJob } from './wanted-schedules.ts'

/**
 * Every job of a plugin in a tenant: those that its version has now, and those that left something behind.
 * @throws CORE_PLUGIN_MISSING
 */
export async function describeJobs(knex: Knex, snapshot: Snapshot, owner: Owner) {
  const { plugin } = owner
  if (!(await hasPlugin(knex, plugin))) throw coreErrors.create('PLUGIN_MISSING', { plugin })
  const wanted = jobsOf(snapshot, owner.tenant, owner.plugin)
  const [summaries, tallies] = await Promise.all([
    summariseSchedules(knex, owner),
    listTallies(knex, owner),
  ])
  const names = new Set([...wanted, ...summaries, ...tallies].map(({ job }) => job))
  return [...names].sort().map((job) =>
    shown(
      job,
      wanted.find((one) => one.job === job),
      summaries.find((one) => one.job === job),
      tallies.find((one) => one.job === job),
    ),
  )
}

function shown(job: string, wanted?: WantedJob, summary?: JobSummary, tally?: Tally) {
  const { done = 0, refused = 0, failed = 0, cancelled = 0 } = tally ?? {}
  const { skipped = 0, missed = 0, last = null } = tally ?? {}
  const nextAt = summary?.cron?.nextAt ?? null
  return {
    job,
    /** Whether it runs: the plugin is enabled with the grant, and its version has the job. */
    active: wanted !== undefined,
    cron: wanted?.time ?? null,
    missedPolicy: wanted?.missed ?? null,
    state: summary?.cron?.state ?? null,
    nextAt: nextAt === null ? null : new Date(nextAt).toISOString(),
    asked: summary?.asked ?? null,
    runs: { done, refused, failed, cancelled, skipped, missed },
    last,
  }
}
