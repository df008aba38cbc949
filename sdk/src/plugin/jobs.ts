/** When a job runs, what it is given, and by which key it is known. */
export type JobSchedule = {
  /**
   * Of your own choice, at most 100 characters: one schedule for each (job, key). To schedule it again moves
   * it, with its new payload; a run that has begun goes on.
   */
  readonly key?: string
  /** Any JSON, at most 16 KiB of text. */
  readonly payload?: unknown
} & (
  | {
      /** Instant in milliseconds since the epoch, at most ten years ahead; a past one runs at once. */
      readonly at: number
      readonly afterMs?: undefined
    }
  | {
      /** Milliseconds from now, by the host's clock. */
      readonly afterMs: number
      readonly at?: undefined
    }
)

export interface ScheduledJob {
  readonly id: string
  readonly job: string
  readonly key?: string
  /** Instant of the next run, in milliseconds since the epoch; absent while its last one is at work. */
  readonly at?: number
  /** `failed`: it was tried as often as it may be; it stays to be looked at for seven days. */
  readonly state: 'waiting' | 'running' | 'paused' | 'failed'
}

/**
 * Work at set times, present with a grant of `job:schedule`. What is acknowledged survives a crash of
 * everything. Each run is at least once and never twice at the same time: see JobRun.
 */
export interface Jobs {
  /**
   * Has a job of this plugin's manifest run once, for this tenant.
   * @throws `CORE_JOB_UNKNOWN` for one that the manifest does not name, `CORE_JOBS_TOO_MANY` beyond 10,000
   *   waiting ones, `CORE_JOB_PAYLOAD_TOO_LARGE`, `CORE_INPUT_INVALID`.
   */
  schedule(job: string, when: JobSchedule): Promise<{ readonly id: string }>
  /**
   * Takes back what was scheduled under an id or a key, whichever job it is of. A run that is under way ends: its
   * `ctx.signal` is aborted within a second, with `CORE_JOB_RUN_CANCELLED`, and it is not tried again. Only the run
   * that asks goes on.
   * @returns how many will not run, or not to their end; 0: there was none, or it is over.
   */
  cancel(idOrKey: string): Promise<{ readonly cancelled: number }>
  /** What was scheduled and has not ended well, 100 a page, in no order that says anything. */
  list(page?: {
    readonly cursor?: string
  }): Promise<{ readonly items: readonly ScheduledJob[]; readonly next?: string }>
}

/** What the handler of a job is given. */
export interface JobRun<Payload = unknown> {
  readonly job: string
  /**
   * The same for every attempt of one run: keep it with what you write, unique, and a second attempt changes
   * nothing twice.
   */
  readonly runId: string
  /** Instant it was due, in milliseconds since the epoch; now may be later. */
  readonly scheduledAt: number
  /** 1 at first; more after a failure, or after the node that ran it died. */
  readonly attempt: number
  readonly payload?: Payload
}
