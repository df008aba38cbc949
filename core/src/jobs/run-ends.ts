import type { Knex } from 'knex'
import type { CountedOutcome, JobMetrics } from './job-metrics.ts'
import { type EndPlan, endPlan } from './run-plan.ts'
import { type EndedRun, endKey, endRuns } from './run-store.ts'

/** While PostgreSQL is away, ends are written again in steps of this. */
const AGAIN_MS = 250

interface Ports {
  readonly knex: Knex
  readonly metrics: Pick<JobMetrics, 'count'>
  readonly now: () => number
  /** Uniform in [0, 1). */
  readonly random: () => number
  readonly log: { warn(fields: object, message: string): void }
}

interface Waiting extends EndedRun {
  readonly resolve: () => void
}

/**
 * Writes how attempts ended. Those that end while one write is under way go into the next together: a commit
 * waits for the disk, and one wait is enough for all. What cannot be written is tried until its lease ends;
 * then the run is another node's, which has its id from the same row.
 */
export class RunEnds {
  readonly #ports: Ports
  #waiting: Waiting[] = []
  #isWriting = false
  #stopped = false

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** What cannot be written from now on is not tried again. */
  stop(): void {
    this.#stopped = true
  }

  /** Never rejects. Resolves when the end is durable, or somebody else's. */
  write(ended: EndedRun): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ ...ended, resolve })
      if (!this.#isWriting) void this.#writeAll()
    })
  }

  async #writeAll(): Promise<void> {
    const { knex, random } = this.#ports
    this.#isWriting = true
    while (this.#waiting.length > 0) {
      const batch = this.#waiting
      this.#waiting = []
      try {
        const plans = await endRuns(knex, batch, (schedule, { end, at }) =>
          endPlan(schedule, end, at, random()),
        )
        for (const one of batch) this.#written(one, plans.get(endKey(one.claimed)))
      } catch (err) {
        this.#keep(batch, err)
        if (this.#waiting.length > 0) await new Promise((resolve) => setTimeout(resolve, AGAIN_MS))
      }
    }
    this.#isWriting = false
  }

  #written({ claimed: { schedule }, end, resolve }: Waiting, plan: EndPlan | undefined): void {
    const { metrics } = this.#ports
    metrics.count(schedule, outcomeOf(end.kind, plan))
    if (plan !== undefined) metrics.count(schedule, 'skipped', plan.skipped)
    resolve()
  }

  #keep(batch: readonly Waiting[], err: unknown): void {
    const { now, log } = this.#ports
    for (const one of batch) {
      if (!this.#stopped && now() + AGAIN_MS < one.claimed.leaseUntil) {
        this.#waiting.push(one)
        continue
      }
      const run = one.claimed.schedule.run.id
      log.warn({ err, run }, 'the end of a run could not be written: it runs again')
      one.resolve()
    }
  }
}

function outcomeOf(kind: EndedRun['end']['kind'], plan: EndPlan | undefined): CountedOutcome {
  // Whoever cancelled it has written its end.
  if (kind === 'cancelled') return kind
  if (plan === undefined) return 'lost'
  return plan.kind === 'retry' ? 'retried' : kind
}
