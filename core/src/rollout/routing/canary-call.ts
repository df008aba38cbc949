import type { Arm, Assignment } from '../cohorts/cohort.ts'
import type { TripKind } from '../judge/hard-trips.ts'
import { type AttemptOutcome, outcomeInTime, timeOf } from '../judge/judged-call.ts'
import type { NodeCounters } from '../judge/node-counters.ts'
import type { LiveRollout } from './snapshot.ts'

/** How an attempt ended whose answer takes its time, such as one of bytes. */
export type AttemptEnd = Pick<Attempt<unknown>, 'outcome' | 'ownMs' | 'trip'>

/** One try of a call on one arm, whatever came of it. */
export interface Attempt<Answer> {
  readonly outcome: AttemptOutcome
  readonly result: { readonly answer: Answer } | { readonly error: unknown }
  readonly tookMs: number
  /**
   * What of it the version itself needed: its CPU and its calls of the host. Both versions wait in the same
   * lanes, so that by the clock a slow canary makes stable as slow as itself, and looks like everybody.
   */
  readonly ownMs: number
  readonly trip: TripKind | undefined
  /** Of an answer that has only begun: what is counted is its end. Never rejects. */
  readonly ended?: Promise<AttemptEnd>
  /** Nobody takes this answer. */
  readonly discard?: () => void
}

interface Ports<Answer> {
  readonly rollout: LiveRollout
  readonly counters: NodeCounters
  /** Why the call is its arm's. */
  readonly assigned?: Assignment | undefined
  /** `service/operation`; of a version with two majors one is `service@major/operation` */
  readonly operation: string
  /** By it the call was drawn. */
  readonly requestId: string
  readonly isSafe: boolean
  readonly deadline: number
  readonly attempt: (arm: Arm, deadlineMs: number) => Promise<Attempt<Answer>>
  readonly now: () => number
  /** By the clock that nodes compare by; `now` is this host's, as deadlines are. */
  readonly notedAt?: () => number
  /** Nobody waits for the answer any more: nothing is tried again. */
  readonly hasLeft: () => boolean
  /** Something spoke against a version: the controller looks at once. */
  readonly onBadNews: () => void
}

/**
 * A call while a canary runs. A safe call that the canary fails is answered by stable within the caller's
 * deadline, and what the judge counts is the pair: a payload that fails on both arms speaks against neither.
 * @throws what the attempt that counts for the caller threw
 */
export async function callDuringRollout<Answer>(ports: Ports<Answer>, arm: Arm): Promise<Answer> {
  const { counters, rollout, deadline, isSafe, now, attempt } = ports
  const { requestId, assigned, notedAt = now } = ports
  const probability = counters.admit(rollout, arm, requestId, { assigned })
  const leftMs = deadline - now()
  // Half for the canary, so that stable still has time to answer; both are judged by the same half.
  const attemptMs = Math.max(1, Math.floor(leftMs / 2))
  const first = await attempt(arm, arm === 'canary' && isSafe ? attemptMs : leftMs)
  const outcome = outcomeInTime(first.outcome, first.tookMs, attemptMs)
  const settle = (replay?: AttemptOutcome) => {
    const observed = {
      call: { arm, outcome, ...(replay === undefined ? {} : { replay }) },
      isSafe,
      operation: ports.operation,
      requestId: ports.requestId,
      ms: timeOf(outcome, first.ownMs),
      probability,
      assigned,
      trip: first.trip,
    }
    if (counters.observe(rollout, observed, notedAt())) ports.onBadNews()
  }
  if (outcome === 'answered' && first.ended !== undefined) {
    void first.ended.then((end) => observeEnd(ports, { arm, probability }, end))
    return unwrap(first)
  }
  // Who is denied is kept from the new version, also where it might have answered.
  const isKept = assigned?.by === 'deny'
  if (!isSafe || isKept || !asksOther(outcome, arm) || ports.hasLeft()) {
    settle()
    return unwrap(first)
  }
  // Nobody's failure counts for nothing, so it takes nothing of what the judge's pairs may cost.
  const isCounted = outcome !== 'unjudged' && counters.spendReplay()
  if (arm === 'stable') {
    if (!isCounted) settle()
    else {
      void attempt('canary', attemptMs).then(({ outcome: replay, discard }) => {
        discard?.()
        settle(replay)
      })
    }
    return unwrap(first)
  }
  // The caller is answered by stable whatever the budget says; without it the pair is just not counted.
  const second = await attempt('stable', Math.max(1, deadline - now()))
  settle(isCounted ? second.outcome : undefined)
  const isSecond = 'answer' in second.result || !('answer' in first.result)
  if (isSecond) first.discard?.()
  return unwrap(isSecond ? second : first)
}

/**
 * An answer that broke off after its first byte cannot be given to the other arm, whichever had it: it counts as a
 * call does that is tried once.
 */
function observeEnd<Answer>(
  {
    counters,
    rollout,
    operation,
    requestId,
    assigned,
    isSafe,
    now,
    notedAt = now,
    onBadNews,
  }: Ports<Answer>,
  { arm, probability }: { readonly arm: Arm; readonly probability: number },
  { outcome, ownMs, trip }: AttemptEnd,
): void {
  const isWhole = outcome === 'answered'
  const observed = {
    call: { arm, outcome },
    isSafe: isSafe && isWhole,
    operation,
    requestId,
    ms: timeOf(outcome, ownMs),
    probability,
    assigned,
    trip,
  }
  if (counters.observe(rollout, observed, notedAt())) onBadNews()
}

/**
 * Stable's late calls are given to nobody: the caller has the answer, or no time is left. The canary's go to
 * stable even where nobody is to blame: a call that died beside another one, or found the queue full, would
 * not have done so on stable.
 */
function asksOther(outcome: AttemptOutcome, arm: Arm): boolean {
  if (outcome === 'failed' || outcome === 'refused') return true
  return arm === 'canary' && outcome !== 'answered'
}

function unwrap<Answer>({ result }: Attempt<Answer>): Answer {
  if ('answer' in result) return result.answer
  throw result.error
}
