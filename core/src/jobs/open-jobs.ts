import { randomBytes } from 'node:crypto'
import type { Knex } from 'knex'
import type { Registry } from 'prom-client'
import { type EntryPorts, runEntry } from '../broker/entry-call.ts'
import type { GrantUse } from '../broker/uses/grant-uses.ts'
import type { Snapshot } from '../rollout/routing/snapshot.ts'
import type { DueWatch } from '../storage/due-watch.ts'
import { executeJob } from './execute-job.ts'
import { JobMetrics } from './job-metrics.ts'
import { JobScheduler } from './job-scheduler.ts'
import { JobService } from './job-service.ts'
import { type ClaimedRun, dueSchedule } from './run-store.ts'
import type { RunEnd } from './schedule.ts'

interface Ports {
  readonly knex: Knex
  readonly snapshot: () => Snapshot
  readonly registry: Registry
  readonly due: Pick<DueWatch, 'when'>
  /** Asked when the first run begins: jobs are open before what runs them is. */
  readonly entry: () => EntryPorts
  /** A run uses the grant, whatever it asks of the host. */
  readonly onUse: (use: GrantUse) => void
  /** Told of each attempt, as it begins and as it is over. */
  readonly runs: {
    tell(schedule: ClaimedRun['schedule'], state: RunEnd['kind'] | 'begun'): void
  }
  readonly log: { warn(fields: object, message: string): void }
}

export interface OpenJobs {
  readonly service: JobService
  start(): void
  stop(): Promise<void>
}

/** Jobs with the clock, the randomness and the parts of a real host. */
export function openJobs(ports: Ports): OpenJobs {
  const { knex, snapshot, registry, entry, onUse, runs, log } = ports
  const now = Date.now
  const makeTraceId = () => randomBytes(16).toString('hex')
  const scheduler: JobScheduler = new JobScheduler({
    knex,
    snapshot,
    execute: async (schedule, ...more) => {
      runs.tell(schedule, 'begun')
      const ports = { entry: entry(), runEntry, makeTraceId, onUse }
      const end = await executeJob(ports, schedule, ...more)
      runs.tell(schedule, end.kind)
      return end
    },
    metrics: new JobMetrics(registry, () => scheduler.running),
    now,
    random: Math.random,
    wakes: ports.due.when(dueSchedule),
    makeRunId: () => `run_${randomBytes(12).toString('hex')}`,
    log,
  })
  const service = new JobService({
    knex,
    snapshot,
    now,
    makeId: () => `sch_${randomBytes(12).toString('hex')}`,
    onScheduled: (instant) => scheduler.lookAt(instant),
    onCancelled: () => scheduler.lookAtHeld(),
  })
  return { service, start: () => scheduler.start(), stop: () => scheduler.stop() }
}
