import type { Arm, CohortBy } from '../cohorts/cohort.ts'

/**
 * What became of an attempt, best first.
 * - `refused`: the plugin said no in its own words. An answer, unless the other arm says yes to the same.
 * - `failed`: threw, was killed, or broke its contract.
 * - `late`: no answer within the time an attempt of the canary gets, though it may have come afterwards.
 *   Stable is measured by the same time, or every slow call would look like a fault of the canary.
 * - `unjudged`: the host, a neighbour or the caller is to blame.
 */
export type AttemptOutcome = 'answered' | 'refused' | 'failed' | 'late' | 'unjudged'

export interface JudgedCall {
  /** Who was given the call first. Only the first attempt is ever counted against a version. */
  readonly arm: Arm
  readonly outcome: AttemptOutcome
  /** What the other arm made of the same call; absent when it was not asked. */
  readonly replay?: AttemptOutcome
}

/** How a call counts: as a failure of its arm, as one that fails on both, or not at all. */
export type CallFinding =
  | { readonly kind: 'event'; readonly metric: 'failures' | 'unpaired'; readonly arm: Arm }
  | { readonly kind: 'both-failed' }
  | { readonly kind: 'none' }

const none: CallFinding = { kind: 'none' }

/**
 * The pairing rule. A safe call that failed is given to the other arm: whether it was stable's or the
 * canary's. Only when that one does better is it an event, against the arm that had it first; with equal
 * chances to fail, it is the canary's with the probability it had of being first. Counting what fails in
 * the second attempt as well would break that: at 1 % weight nearly all second attempts are the canary's.
 *
 * A safe call that could not be given to the other arm counts nothing: otherwise the canary's failures,
 * which are always tried again, would weigh more than stable's. An unsafe one is never tried twice: it
 * counts as it is, where calls are drawn one by one.
 */
export function findingOf(call: JudgedCall, isSafe: boolean, cohortBy: CohortBy): CallFinding {
  const { arm, outcome, replay } = call
  if (outcome !== 'failed' && outcome !== 'refused') return none
  if (isSafe) {
    if (replay === undefined || replay === 'late' || replay === 'unjudged') return none
    if (replay === 'answered' || (outcome === 'failed' && replay === 'refused')) {
      return { kind: 'event', metric: 'failures', arm }
    }
    return outcome === 'failed' ? { kind: 'both-failed' } : none
  }
  if (outcome === 'refused') return none
  return { kind: 'event', metric: cohortBy === 'request' ? 'failures' : 'unpaired', arm }
}

/** Whether stable had to answer a safe call of the canary; undefined: the call does not tell. See rescues.ts. */
export function rescueOf(call: JudgedCall, isSafe: boolean): 'rescued' | 'stood' | undefined {
  const { arm, outcome, replay } = call
  if (arm === 'stable' || !isSafe || outcome === 'unjudged') return undefined
  if (outcome === 'answered') return 'stood'
  if (replay === undefined || replay === 'unjudged') return undefined
  return replay === 'answered' ? 'rescued' : 'stood'
}

/** Failures of a version's own that are not plain ones. */
const outcomeByCode: Readonly<Record<string, AttemptOutcome>> = {
  SBX_DEADLINE_EXCEEDED: 'late',
  SBX_HOST_CALL_FAILED: 'unjudged',
  SBX_INTERRUPTED: 'unjudged',
}

/** @param blame who is at fault, as the sandbox says; a contract that was broken is the plugin's. */
export function outcomeOfFailure(code: string, blame: 'plugin' | 'host'): AttemptOutcome {
  if (blame === 'plugin') return outcomeByCode[code] ?? 'failed'
  // The host speaks, but for a limit of the version: it may take smaller inputs than stable.
  return code === 'SBX_INPUT_TOO_LARGE' ? 'failed' : 'unjudged'
}

/**
 * What the judge sees of an attempt, on either arm, within the time one of the canary gets.
 * @param attemptMs half of what was left of the caller's deadline at admission, so that stable can still answer
 */
export function outcomeInTime(
  outcome: AttemptOutcome,
  tookMs: number,
  attemptMs: number,
): AttemptOutcome {
  return tookMs > attemptMs && outcome !== 'unjudged' ? 'late' : outcome
}

/** What a version is judged slow by: its own time; one that came late had no end to it. */
export function timeOf(outcome: AttemptOutcome, ownMs: number): number | undefined {
  if (outcome === 'answered') return ownMs
  return outcome === 'late' ? Number.POSITIVE_INFINITY : undefined
}
