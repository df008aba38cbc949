import type { WatchedSignal } from '@signalbox/sandbox'
import type { Knex } from 'knex'
import { coreErrors } from '../errors.ts'
import { pickVersion } from '../rollout/routing/pick-version.ts'
import type { Snapshot } from '../rollout/routing/snapshot.ts'
import { everyMs, type Wakes } from '../storage/wakes.ts'
import { keyOf } from './cron-changes.ts'
import { drawnFromRun } from './drawn-from-run.ts'
import type { JobMetrics } from './job-metrics.ts'
import { reconcileJobs } from './reconcile.ts'
import { RunEnds } from './run-ends.ts'
import { claimPlan } from './run-plan.ts'
import { type ClaimDecision, type ClaimedRun, claimDue, hastenEnded, nextDue } from './run-store.ts'
import { RunWatch } from './run-watch.ts'
import type { RunEnd, Schedule } from './schedule.ts'
import { lastInTurn } from './turn-order.ts'
import { jobsOf, wantedJobs } from './wanted-schedules.ts'

/** Without anybody who tells of it, a schedule that another node was told of is found within this time. */
const POLL_MS = 1000

/** What is due later than this is found by a look before that. */
const AHEAD_MS = 30_000

/** Rows that should not be so, such as a schedule made while its plugin was being disabled, are mended by then. */
const RECONCILE_MS = 60_000

/** Runs at once on a node: a quarter of what its lanes take, the rest is for callers who wait. */
const MAX_RUNNING = 16

/** Of one tenant: the other half of a node is always for the others. */
const MAX_RUNNING_PER_TENANT = 8

/**
 * From a run's deadline to the end of its lease: room for the clocks of nodes, which must agree within it, and
 * for writing how it ended. A run whose node died begins again after its deadline and this.
 */
const LEASE_MARGIN_MS = 5000

/**
 * What may not run here now is looked at again after this: a node that has not read the newest routing table yet
 * takes a schedule of a plugin that was enabled elsewhere. Reconciling pauses what really may not run.
 */
const LATER_MS = 1000

const TAKEN_MS = 20

export interface SchedulerPorts {
  readonly knex: Knex
  readonly snapshot: () => Snapshot
  /** Never rejects: how the attempt ended is in the answer. It is over by the deadline. */
  readonly execute: (
    run: ClaimedRun['schedule'],
    deadline: number,
    signal: WatchedSignal,
  ) => Promise<RunEnd>
  readonly metrics: Pick<JobMetrics, 'count' | 'began'>
  readonly now: () => number
  /** Uniform in [0, 1). */
  readonly random: () => number
  readonly makeRunId: () => string
  /** Tells of schedules that another node was told of, and of changed plugins; without it, they are looked for. */
  readonly wakes?: Wakes
  readonly log: { warn(fields: object, message: string): void }
}

/**
 * Runs what is due. Every node has one and there is no leader: a run is leased in PostgreSQL, by one node at a
 * time, and a number that rises with each claim keeps a late one from writing. When the node dies the lease
 * ends, and another begins the same run again.
 */
export class JobScheduler {
  readonly #ports: SchedulerPorts
  readonly #ends: RunEnds
  readonly #watch: RunWatch
  readonly #running = new Map<string, { readonly tenant: string; readonly over: Promise<void> }>()
  #timer: NodeJS.Timeout | undefined
  #end: () => void = () => undefined
  #plannedAt = Number.POSITIVE_INFINITY
  #looking: Promise<void> | undefined
  #again = false
  #stopped = false
  #isAway = false
  #lastTenant = ''
  #reconciled: Reconciled | undefined

  constructor(ports: SchedulerPorts) {
    this.#ports = ports
    this.#ends = new RunEnds(ports)
    this.#watch = new RunWatch(ports)
  }

  get running(): number {
    return this.#running.size
  }

  start(): void {
    this.#end = (this.#ports.wakes ?? everyMs(POLL_MS)).begin(() => this.look())
    this.look()
  }

  /** Told of a new instant; one that the next look finds in time needs no look of its own. */
  lookAt(instant: number): void {
    const waitMs = instant - this.#ports.now()
    // A look that is under way may have begun before it was there.
    if (waitMs <= POLL_MS || this.#looking !== undefined) this.look()
    else if (instant < this.#plannedAt) this.#plan(waitMs)
  }

  /** Waits for the runs at work, but not for ever: one that is not over then begins again on another node. */
  async stop(patienceMs = 5000): Promise<void> {
    this.#stopped = true
    this.#end()
    clearTimeout(this.#timer)
    await this.#looking
    const over = Promise.all([...this.#running.values()].map((run) => run.over))
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, patienceMs)
    })
    await Promise.race([over, late])
    clearTimeout(timer)
    this.#ends.stop()
    this.#watch.stop()
  }

  /** Told that runs were cancelled, some of which may be at work here. */
  lookAtHeld(): void {
    this.#watch.look()
  }

  /** One look at a time; who asks during one gets another after it. Never rejects. */
  look(): void {
    if (this.#stopped) return
    if (this.#looking !== undefined) {
      this.#again = true
      return
    }
    clearTimeout(this.#timer)
    this.#looking = this.#lookOnce().then((waitMs) => {
      this.#looking = undefined
      if (this.#stopped) return
      const isAsked = this.#again
      this.#again = false
      if (isAsked) return this.look()
      this.#plan(waitMs)
    })
  }

  /** By this node's own clock, which decides what is due here. */
  #plan(waitMs: number): void {
    clearTimeout(this.#timer)
    const soonMs = Math.min(AHEAD_MS, waitMs)
    this.#plannedAt = this.#ports.now() + soonMs
    this.#timer = setTimeout(() => this.look(), soonMs)
    this.#timer.unref()
  }

  /** @returns how long nothing is to be done */
  async #lookOnce(): Promise<number> {
    try {
      await this.#reconcile()
      await hastenEnded(this.#ports.knex, this.#ports.now())
      const waitMs = await this.#claim()
      this.#isAway = false
      return waitMs
    } catch (err) {
      if (!this.#isAway) this.#ports.log.warn({ err }, 'jobs wait: their schedules cannot be read')
      this.#isAway = true
      return POLL_MS
    }
  }

  async #reconcile(): Promise<void> {
    const { knex, now } = this.#ports
    const snapshot = this.#ports.snapshot()
    const last = this.#reconciled
    const isRecent = last !== undefined && now() - last.at < RECONCILE_MS
    if (isRecent && last.snapshot === snapshot) return
    const wanted = JSON.stringify(wantedJobs(snapshot))
    // Most changes of the routing table have nothing to do with jobs.
    if (!isRecent || last.wanted !== wanted) {
      await reconcileJobs(knex, snapshot, now())
      this.#reconciled = { snapshot, wanted, at: now() }
    } else this.#reconciled = { ...last, snapshot }
  }

  /** @returns how long nothing is due; whoever ends a run looks again before that */
  async #claim(): Promise<number> {
    const { knex, now } = this.#ports
    const limit = MAX_RUNNING - this.#running.size
    if (limit <= 0) return AHEAD_MS
    const held = this.#heldByTenant()
    const due = await nextDue(knex, fullOf(held))
    const at = now()
    if (due === undefined) return AHEAD_MS
    if (due > at) return due - at
    const perTenant = MAX_RUNNING_PER_TENANT
    const query = { now: at, limit, perTenant, held, after: this.#lastTenant }
    const { claimed, seen } = await claimDue(knex, query, (schedule) => this.#decide(schedule, at))
    const tenants = claimed.map(({ schedule }) => schedule.tenant)
    this.#lastTenant = lastInTurn(tenants, this.#lastTenant)
    for (const run of claimed) this.#begin(run)
    // Another node is taking what is due here: it needs some milliseconds for that.
    return seen === 0 ? TAKEN_MS : 0
  }

  #heldByTenant(): Map<string, number> {
    const held = new Map<string, number>()
    for (const { tenant } of this.#running.values()) held.set(tenant, (held.get(tenant) ?? 0) + 1)
    return held
  }

  #decide(schedule: Schedule, at: number): ClaimDecision {
    const { tenant, plugin } = schedule
    const snapshot = this.#ports.snapshot()
    const isWanted = jobsOf(snapshot, tenant, plugin).some((job) => keyOf(job) === keyOf(schedule))
    if (!isWanted) return { kind: 'later', dueAt: at + LATER_MS }
    const plan = claimPlan(schedule, at, this.#ports.makeRunId())
    const requestId = plan.kind === 'skip' ? '' : plan.run.id
    const input = plan.kind === 'skip' ? undefined : drawnFromRun(snapshot, plugin, plan.run)
    const pick = pickVersion(snapshot, plugin, { requestId, tenant, input })
    if (pick.kind !== 'version') return { kind: 'later', dueAt: at + LATER_MS }
    if (plan.kind !== 'give-up') this.#ports.metrics.count(schedule, 'missed', plan.missed)
    return { ...plan, leaseUntil: at + pick.version.limits.deadlineMs + LEASE_MARGIN_MS }
  }

  #begin(run: ClaimedRun): void {
    const { schedule, fence } = run
    const key = `${schedule.id} ${fence}`
    const over = this.#execute(run).finally(() => {
      this.#running.delete(key)
      this.look()
    })
    this.#running.set(key, { tenant: schedule.tenant, over })
  }

  /** Never rejects. */
  async #execute(claimed: ClaimedRun): Promise<void> {
    const { schedule, leaseUntil, isLost } = claimed
    const { metrics, now } = this.#ports
    const { attempt, scheduledAt } = schedule.run
    if (isLost) return this.#ends.write({ claimed, end: lostRun(schedule), at: now() })
    if (attempt === 1) metrics.began(now() - scheduledAt)
    const signal = this.#watch.hold(claimed)
    const end = await this.#ports.execute(schedule, leaseUntil - LEASE_MARGIN_MS, signal)
    this.#watch.release(claimed)
    await this.#ends.write({ claimed, end, at: now() })
  }
}

interface Reconciled {
  readonly snapshot: Snapshot
  /** What it wanted, as text. */
  readonly wanted: string
  readonly at: number
}

/** Tenants that have all that they may have of this node. */
function fullOf(held: ReadonlyMap<string, number>): string[] {
  return [...held].filter(([, n]) => n >= MAX_RUNNING_PER_TENANT).map(([tenant]) => tenant)
}

/** What stands where a run was given up. */
function lostRun({ job, run }: ClaimedRun['schedule']): RunEnd {
  const { code } = coreErrors.create('JOB_LOST', { job, run: run.id, attempts: run.attempt })
  return { kind: 'failed', code, isLast: true }
}
