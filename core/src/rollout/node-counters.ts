import { type CanaryShare, emptyShare, observeCall, shareProbability } from './canary-share.ts'
import type { Arm } from './cohort.ts'
import { EntryRequests } from './entry-requests.ts'
import { emptyTripState, recordTrip, type TripKind, type TripState } from './hard-trips.ts'
import {
  emptyJudgeState,
  type JudgeState,
  recordBothFailed,
  recordCalls,
  recordEvent,
  recordRescue,
  recordSlowness,
} from './judge-state.ts'
import { findingOf, type JudgedCall, rescueOf } from './judged-call.ts'
import { earnReplays, fullReplayBudget, type ReplayBudget, spendReplay } from './replay-budget.ts'
import { Slowness } from './slowness.ts'
import type { LiveRollout } from './snapshot.ts'

/** What of an answered first attempt is told to the counters. */
export interface Observed {
  readonly call: JudgedCall
  readonly isSafe: boolean
  /** `service/operation`: latencies are compared within one. */
  readonly operation: string
  /**
   * What the first attempt needed itself, without waiting for others; Infinity for one that was late;
   * undefined for one that failed.
   */
  readonly ms: number | undefined
  /** Chance that the call was the canary's, fixed at its admission. */
  readonly probability: number
  readonly trip: TripKind | undefined
}

/**
 * What this node has seen of one rollout. It holds state, but no clock and no connection; the controller
 * writes the whole of it, so that a lost write is mended by the next.
 */
export class NodeCounters {
  #judge: JudgeState = emptyJudgeState
  #trips: TripState = emptyTripState
  #share: CanaryShare = emptyShare
  #shareStep = -1
  #budget: ReplayBudget = fullReplayBudget
  readonly #slowness = new Map<string, Slowness>()
  #changes = 0
  /** Which requests of handlers, rather than of services, were counted. */
  readonly entries = new EntryRequests()

  get judge(): JudgeState {
    return this.#judge
  }

  get trips(): TripState {
    return this.#trips
  }

  /** Rises with everything that is counted: what was written at this number needs no second write. */
  get changes(): number {
    return this.#changes
  }

  /** At admission: one more call of this arm, and the chance it had to be the canary's. */
  admit(rollout: LiveRollout, arm: Arm): number {
    this.#judge = recordCalls(this.#judge, arm, 1)
    this.#budget = earnReplays(this.#budget, 1)
    this.#changes += 1
    if (rollout.cohort.cohortBy === 'request') return rollout.cohort.weightBp / 10_000
    if (this.#shareStep !== rollout.step) {
      this.#shareStep = rollout.step
      this.#share = emptyShare
    }
    const probability = shareProbability(this.#share)
    this.#share = observeCall(this.#share, arm === 'canary')
    return probability
  }

  /** Whether a failed call may be given to the other arm and be counted: one budget for both arms. */
  spendReplay(): boolean {
    const left = spendReplay(this.#budget)
    if (left === undefined) return false
    this.#budget = left
    return true
  }

  /** @returns whether something spoke against a version: then nobody should wait for the next look. */
  observe(rollout: LiveRollout, observed: Observed, now: number): boolean {
    const { call, isSafe, probability, trip } = observed
    const finding = findingOf(call, isSafe, rollout.cohort.cohortBy)
    if (finding.kind === 'event') {
      this.#judge = recordEvent(this.#judge, finding.metric, finding.arm, probability)
    } else if (finding.kind === 'both-failed') this.#judge = recordBothFailed(this.#judge)
    const rescue = rescueOf(call, isSafe)
    if (rescue !== undefined) this.#judge = recordRescue(this.#judge, rescue)
    this.#observeTime(observed)
    const isTrip = trip !== undefined && (!isSafe || call.replay === 'answered')
    if (isTrip) this.#trips = recordTrip(this.#trips, call.arm, trip, now)
    this.#changes += 1
    return isTrip || finding.kind === 'event'
  }

  /** The sandbox does not call the version any more: it cost too many lanes. */
  circuitOpened(arm: Arm, now: number): void {
    this.#trips = recordTrip(this.#trips, arm, 'circuit', now)
    this.#changes += 1
  }

  #observeTime({ call, operation, ms, probability }: Observed): void {
    if (ms === undefined) return
    const slowness = this.#slowness.get(operation) ?? new Slowness()
    this.#slowness.set(operation, slowness)
    const band = slowness.observe(call.arm, ms)
    if (band === undefined) return
    this.#judge = recordSlowness(this.#judge, band, call.arm, probability)
  }
}
