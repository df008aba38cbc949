import type { CronTime } from './cron.ts'
import type { ScheduleState } from './schedule-states.ts'

/** When a job runs: by its cron, for as long as the tenant has it, or once. Instants are ms since the epoch. */
export interface Schedule {
  readonly id: string
  readonly tenant: string
  readonly plugin: string
  readonly job: string
  /** Null: once. */
  readonly time: CronTime | null
  /** After a time in which nobody ran it: one run for all that were missed, or none. */
  readonly missed: MissedPolicy
  readonly state: ScheduleState
  /** The next instant that has not begun; null: the run at work is the last one. */
  readonly nextAt: number | null
  /** JSON text for the next run. */
  readonly payload: string | null
  /** At work, or waiting for its next attempt. */
  readonly run: Run | null
}

export type MissedPolicy = 'once' | 'skip'

export interface Run {
  readonly id: string
  readonly scheduledAt: number
  readonly payload: string | null
  /** 1 for the first. */
  readonly attempt: number
  /** Attempts that ended badly; those that were lost with their node are not among them. */
  readonly failures: number
}

/** How one attempt ended. */
export type RunEnd = AttemptEnd & {
  /** The rollout whose canary ran it. */
  readonly triedIn?: string
}

type AttemptEnd =
  | { readonly kind: 'done' }
  /** The handler threw a Refusal: an expected no, which no second attempt would change. */
  | { readonly kind: 'refused'; readonly code: string }
  /** By the plugin or an admin, while it was at work or waited for its next attempt. */
  | { readonly kind: 'cancelled'; readonly code: string }
  | {
      readonly kind: 'failed'
      readonly code: string
      readonly isLast?: boolean
      /** The host knows that no attempt before can go well, such as while the version's circuit is open. */
      readonly retryAfterMs?: number
    }
