import type { Arm, Assignment } from '../cohorts/cohort.ts'
import type { TripKind } from '../judge/hard-trips.ts'
import { type AttemptOutcome, outcomeInTime, timeOf } from '../judge/judged-call.ts'
import type { NodeCounters } from '../judge/node-counters.ts'
import type { LiveRollout } from './snapshot.ts'

/** How an entry call ended on the version it was given; it is run once, so there is no pair. */
export interface EntryAttempt {
  readonly outcome: AttemptOutcome
  readonly tookMs: number
  /** See Attempt in canary-call.ts. */
  readonly ownMs: number
  readonly trip: TripKind | undefined
}

interface Ports {
  readonly rollout: LiveRollout
  readonly counters: NodeCounters
  readonly now: () => number
  /** Something spoke against a version: the controller looks at once. */
  readonly onBadNews: () => void
}

interface CountedEntry {
  readonly arm: Arm
  /** Why it is its arm's. */
  readonly assigned?: Assignment | undefined
  /** By it the version was drawn. */
  readonly requestId: string
  /** `event/orders.created`: latencies are compared within one. */
  readonly operation: string
  /** What stable would have had, in milliseconds. */
  readonly deadlineMs: number
}

/**
 * Tells the judge of an entry call while a canary runs: an event's handler, a job, a webhook, a contribution.
 * It counts as an unsafe call does, as it is never given to the other arm: whoever sent it tries it again.
 * Each is a call of its version, and may hang or break its contract; what its request has told, it tells no more.
 * @returns to be called once, when the call has ended
 */
export function countEntry(
  { rollout, counters, now, onBadNews }: Ports,
  { arm, assigned, requestId, operation, deadlineMs }: CountedEntry,
): (attempt: EntryAttempt) => void {
  const probability = counters.admit(rollout, arm, requestId, { assigned })
  const attemptMs = Math.max(1, Math.floor(deadlineMs / 2))
  return ({ tookMs, ownMs, trip, ...attempt }) => {
    const outcome = outcomeInTime(attempt.outcome, tookMs, attemptMs)
    const observed = {
      call: { arm, outcome },
      isSafe: false,
      operation,
      requestId,
      ms: timeOf(outcome, ownMs),
      probability,
      assigned,
      trip,
    }
    if (counters.observe(rollout, observed, now())) onBadNews()
  }
}
