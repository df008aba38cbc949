import { backOffMs } from './back-off.ts'
import { countInstants, latestInstant, nextInstant } from './cron.ts'
import type { Run, RunEnd, Schedule } from './schedule.ts'

/** A run that begins later than this was missed: nothing but an outage or a full host delays it so long. */
const MISSED_AFTER_MS = 60_000

/** Attempts of one run, those included that were lost with their node: a run must not follow a host for ever. */
const MAX_ATTEMPTS = 20

export type ClaimPlan =
  | {
      readonly kind: 'run'
      readonly run: Run
      readonly nextAt: number | null
      readonly payload: string | null
      /** Instants that this run stands for beside its own. */
      readonly missed: number
    }
  | { readonly kind: 'skip'; readonly nextAt: number | null; readonly missed: number }
  | { readonly kind: 'give-up'; readonly run: Run }

/**
 * What a node that has found a due schedule does with it. Pure.
 * @param runId for a run that begins; an attempt keeps the one it has
 */
export function claimPlan(schedule: Schedule, now: number, runId: string): ClaimPlan {
  const { run, nextAt, payload } = schedule
  if (run !== null) {
    if (run.attempt >= MAX_ATTEMPTS) return { kind: 'give-up', run }
    return { kind: 'run', run: { ...run, attempt: run.attempt + 1 }, nextAt, payload, missed: 0 }
  }
  const at = nextAt ?? now
  const begun = (scheduledAt: number): Run => {
    return { id: runId, scheduledAt, payload, attempt: 1, failures: 0 }
  }
  const { time } = schedule
  if (time === null) {
    return { kind: 'run', run: begun(at), nextAt: null, payload: null, missed: 0 }
  }
  const next = nextInstant(time, now) ?? null
  const isMissed = now - at >= MISSED_AFTER_MS
  const later = isMissed ? countInstants(time, at, now) : 0
  if (isMissed && schedule.missed === 'skip') {
    return { kind: 'skip', nextAt: next, missed: later + 1 }
  }
  const scheduledAt = later > 0 ? (latestInstant(time, now) ?? at) : at
  return { kind: 'run', run: begun(scheduledAt), nextAt: next, payload: null, missed: later }
}

export type EndPlan =
  | {
      readonly kind: 'retry'
      readonly dueAt: number
      readonly failures: number
      readonly nextAt: number | null
      readonly skipped: number
    }
  /** @property nextAt null: there is no later instant, and the schedule has ended with its run */
  | { readonly kind: 'over'; readonly nextAt: number | null; readonly skipped: number }

/**
 * What follows an attempt. A retry never delays the next regular run: where it would, the run has failed.
 * Instants that came while the run was at work are left out and counted. Pure.
 * @param random uniform in [0, 1)
 */
export function endPlan(
  schedule: Schedule & { readonly run: Run },
  end: RunEnd,
  now: number,
  random: number,
): EndPlan {
  const { nextAt, skipped } = instantsAfter(schedule, now)
  if (end.kind !== 'failed' || end.isLast === true) return { kind: 'over', nextAt, skipped }
  const failures = schedule.run.failures + 1
  const delay = backOffMs(failures, random)
  const dueAt = delay === undefined ? undefined : now + Math.max(delay, end.retryAfterMs ?? 0)
  return dueAt === undefined || (nextAt !== null && dueAt >= nextAt)
    ? { kind: 'over', nextAt, skipped }
    : { kind: 'retry', dueAt, failures, nextAt, skipped }
}

/** What was asked for once is never left out, however late. */
function instantsAfter({ time, nextAt }: Schedule, now: number) {
  if (time === null || nextAt === null || nextAt > now) return { nextAt, skipped: 0 }
  const next = nextInstant(time, now) ?? null
  return { nextAt: next, skipped: 1 + countInstants(time, nextAt, now) }
}
