import {
  instantOf,
  payloadText,
  requireJob,
  type ScheduleWish,
} from '@signalbox/sdk/host-calls/job-rules'
import type { Knex } from 'knex'
import { commitChange } from '../audit/change.ts'
import { coreErrors } from '../errors.ts'
import type { Caller } from '../identity/identity-service.ts'
import type { InstalledVersion, Snapshot } from '../rollout/routing/snapshot.ts'
import { cancelRuns, cancelSchedules } from './cancel-store.ts'
import {
  bringForward,
  type ListedSchedule,
  listSchedules,
  MAX_SCHEDULES,
  type Owner,
  putSchedule,
} from './schedule-store.ts'
import { jobsOf } from './wanted-schedules.ts'

const PAGE = 100

interface Ports {
  readonly knex: Knex
  readonly snapshot: () => Snapshot
  readonly now: () => number
  readonly makeId: () => string
  /** Told of each new instant. */
  readonly onScheduled: (instant: number) => void
  /** Told when runs were cancelled, which may be at work on this node. */
  readonly onCancelled: () => void
}

/** What plugins and operators ask of jobs. */
export class JobService {
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /**
   * @param version the one that asks: its manifest names the job
   * @throws CORE_JOB_UNKNOWN, CORE_JOBS_TOO_MANY, CORE_JOB_PAYLOAD_TOO_LARGE, CORE_INPUT_INVALID
   */
  async schedule(
    tenant: string,
    { plugin, manifest }: InstalledVersion,
    wish: ScheduleWish,
  ): Promise<string> {
    const { knex, now, makeId, onScheduled } = this.#ports
    const { job, key = null } = wish
    requireJob(manifest, { plugin, tenant }, job)
    const payload = payloadText(job, wish.payload)
    const at = now()
    const nextAt = instantOf(wish, at)
    const schedule = { id: makeId(), tenant, plugin, job, key, nextAt, payload }
    const id = await putSchedule(knex, schedule, at)
    if (id === undefined) {
      throw coreErrors.create('JOBS_TOO_MANY', { plugin, tenant, limit: MAX_SCHEDULES })
    }
    onScheduled(nextAt)
    return id
  }

  /**
   * @param ownRun of the run that asks, if it is one: it goes on
   * @returns how many waited or were at work
   */
  async cancel(owner: Owner, idOrKey: string, ownRun: string): Promise<number> {
    const { knex, now, onCancelled } = this.#ports
    const { cancelled, runs } = await cancelSchedules(knex, owner, { idOrKey, ownRun }, now())
    if (runs > 0) onCancelled()
    return cancelled
  }

  /**
   * Ends the runs of a job that are at work, on whichever node, or wait for their next attempt. Its later instants
   * stand.
   * @throws CORE_JOB_UNKNOWN
   */
  async cancelRuns(caller: Caller, { tenant, plugin }: Owner, job: string): Promise<number> {
    const { knex, snapshot, now, onCancelled } = this.#ports
    const change = { ...caller, action: 'job.cancel', subject: plugin, tenant, detail: { job } }
    const cancelled = await commitChange(knex, change, async (trx) => {
      const count = await cancelRuns(trx, { tenant, plugin, job }, now())
      const isKnown = jobsOf(snapshot(), tenant, plugin).some((known) => known.job === job)
      if (count > 0 || isKnown) return count
      throw coreErrors.create('JOB_UNKNOWN', { plugin, tenant, job })
    })
    onCancelled()
    return cancelled
  }

  async list(
    owner: Owner,
    cursor: string | undefined,
  ): Promise<{ items: readonly ListedSchedule[]; next?: string }> {
    const items = await listSchedules(this.#ports.knex, owner, { after: cursor, limit: PAGE })
    const last = items.at(-1)
    return items.length === PAGE && last !== undefined ? { items, next: last.id } : { items }
  }

  /**
   * Has a job run now, whoever's time it is.
   * @returns the schedule it was made, null where it is the job's own cron schedule
   * @throws CORE_JOB_UNKNOWN, CORE_JOB_RUNNING
   */
  async runNow(
    caller: Caller,
    { tenant, plugin }: Owner,
    job: string,
    payload: unknown,
  ): Promise<string | null> {
    const { knex, snapshot, now, makeId, onScheduled } = this.#ports
    if (!jobsOf(snapshot(), tenant, plugin).some((known) => known.job === job)) {
      throw coreErrors.create('JOB_UNKNOWN', { plugin, tenant, job })
    }
    const text = payloadText(job, payload)
    const change = { ...caller, action: 'job.run', subject: plugin, tenant, detail: { job } }
    const id = await commitChange(knex, change, async (trx) => {
      const at = now()
      const isBrought = await bringForward(trx, { tenant, plugin, job }, at, text)
      if (isBrought === true) return null
      if (isBrought === false) throw coreErrors.create('JOB_RUNNING', { plugin, tenant, job })
      const schedule = { id: makeId(), tenant, plugin, job, key: null, nextAt: at, payload: text }
      const added = await putSchedule(trx, schedule, at)
      if (added !== undefined) return added
      throw coreErrors.create('JOBS_TOO_MANY', { plugin, tenant, limit: MAX_SCHEDULES })
    })
    onScheduled(now())
    return id
  }
}
