import { type Arm, type Assignment, FULL_WEIGHT_BP, judgedBy } from '../cohorts/cohort.ts'
import { isLasting } from '../cohorts/lasting-request.ts'
import type { LiveRollout } from '../routing/snapshot.ts'
import type { BusinessMetric } from './analysis-plan.ts'
import { more, tolerating } from './attribution.ts'
import {
  type CanaryShare,
  emptyShare,
  observeCall,
  shareOfStep,
  shareProbability,
} from './canary-share.ts'
import { DrawnRequests, type Told } from './drawn-requests.ts'
import { emptyTripState, recordTrip, type TripKind, type TripState } from './hard-trips.ts'
import {
  emptyJudgeState,
  type JudgeState,
  type Metric,
  recordAdmission,
  recordBothFailed,
  recordBusiness,
  recordCalls,
  recordEvent,
  recordFailureAt,
  recordRescue,
  recordSlowness,
  recordUnitFailure,
} from './judge-state.ts'
import { findingOf, type JudgedCall, rescueOf } from './judged-call.ts'
import { earnReplays, fullReplayBudget, type ReplayBudget, spendReplay } from './replay-budget.ts'
import { Slowness } from './slowness.ts'
import { emptySketch, inStep, type UnitSketch, withKeyless, withUnit } from './unit-sketch.ts'

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
  /** By it the call was drawn; absent: it tells by itself. */
  readonly requestId?: string
  /** Why it was this arm's, where that is known. */
  readonly assigned?: Assignment | undefined
}

/** What is known of how a call was drawn. */
interface Drawing {
  /** Why it is this arm's, where that is known. */
  readonly assigned?: Assignment | undefined
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
  #units: UnitSketch = emptySketch
  readonly #slowness = new Map<string, Slowness>()
  #changes = 0
  readonly #drawn = new DrawnRequests()

  get judge(): JudgeState {
    return this.#judge
  }

  get trips(): TripState {
    return this.#trips
  }

  get units(): UnitSketch {
    return this.#units
  }

  /** Rises with everything that is counted: what was written at this number needs no second write. */
  get changes(): number {
    return this.#changes
  }

  /**
   * At admission: one more call of this arm, and the chance it had to be the canary's.
   * @param requestId by which the call was drawn
   */
  admit(rollout: LiveRollout, arm: Arm, requestId: string, drawing: Drawing = {}): number {
    const { assigned } = drawing
    this.#judge = recordCalls(this.#judge, arm, 1)
    this.#budget = earnReplays(this.#budget, 1)
    this.#changes += 1
    if (assigned !== undefined) this.#countUnit(rollout, assigned)
    // Who is denied had no chance, and says nothing about either version.
    if (assigned?.by === 'deny') return 0
    if (judgedBy(rollout.cohort) === 'request') {
      return this.#draw(requestId, rollout.cohort.weightBp, arm)
    }
    if (this.#shareStep !== rollout.step) {
      this.#shareStep = rollout.step
      this.#share = emptyShare
    }
    const probability = shareProbability(this.#share)
    this.#share = observeCall(this.#share, arm === 'canary')
    return probability
  }

  #countUnit({ stepStartedAt = 0 }: LiveRollout, { arm, by, key }: Assignment): void {
    this.#units = inStep(this.#units, stepStartedAt)
    if (by === 'keyless') this.#units = withKeyless(this.#units)
    if (arm === 'canary' && key !== undefined) this.#units = withUnit(this.#units, key)
  }

  #draw(requestId: string, weightBp: number, arm: Arm): number {
    const isNew = this.#drawn.of(requestId) === undefined
    if (isNew && !isLasting(requestId)) this.#judge = recordAdmission(this.#judge, weightBp, arm)
    return this.#drawn.draw(requestId, arm, weightBp).probability
  }

  /**
   * An event that a request led to. One of a request that this node did not draw of late is nobody's; of a cohort
   * that stays together no request is drawn, so none of its events count.
   * @param arm which published it, where a version of this rollout did: what stable does for a canary that failed
   *   is neither's
   */
  countBusiness(metric: BusinessMetric, requestId: string, arm: Arm | undefined): void {
    const request = this.#drawn.of(requestId)
    if (request === undefined || (arm !== undefined && arm !== request.arm)) return
    if (!request.tells(`metric:${metric.name}`)) return
    this.#judge = recordBusiness(this.#judge, metric, request.arm, request.probability)
    this.#changes += 1
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
    const { call, isSafe, trip, probability } = observed
    const finding = findingOf(call, isSafe, judgedBy(rollout.cohort))
    const isNews = finding.kind === 'event' && this.#countFailure(rollout, observed, finding.metric)
    if (finding.kind === 'both-failed') this.#judge = recordBothFailed(this.#judge)
    const rescue = rescueOf(call, isSafe)
    if (rescue !== undefined) this.#judge = recordRescue(this.#judge, rescue)
    this.#observeTime(rollout, observed)
    // Kills are counted as so many draws: of a request whose payload hangs every version the first is one.
    const isTrip =
      trip !== undefined &&
      isOfVersion(observed, trip, rollout) &&
      (trip !== 'kill' || this.#isFirst(observed, 'kill'))
    if (isTrip) this.#trips = recordTrip(this.#trips, call.arm, trip, now, probability)
    this.#changes += 1
    return isTrip || isNews
  }

  /** The sandbox does not call the version any more: it cost too many lanes. */
  circuitOpened(arm: Arm, now: number): void {
    this.#trips = recordTrip(this.#trips, arm, 'circuit', now)
    this.#changes += 1
  }

  /** Seen in a run that nobody was answered by, and that the other version got through. */
  tripped(arm: Arm, kind: TripKind, now: number): void {
    this.#trips = recordTrip(this.#trips, arm, kind, now)
    this.#changes += 1
  }

  /** Only a request that was drawn by itself is known here: what a cohort tells is counted call by call. */
  #isFirst({ requestId }: Observed, told: Told): boolean {
    const request = requestId === undefined ? undefined : this.#drawn.of(requestId)
    return request?.tells(told) ?? true
  }

  /** @returns whether it told anything */
  #countFailure(rollout: LiveRollout, observed: Observed, metric: Metric): boolean {
    const { call, probability, requestId } = observed
    const { cohort, tolerance } = rollout
    const isDrawn = judgedBy(cohort) === 'request'
    if (isDrawn && requestId !== undefined && isLasting(requestId)) {
      return this.#countKeyFailure(cohort.weightBp, requestId, observed)
    }
    // Overtaken by the weight, see DrawnRequests.
    if (isDrawn && probability === 1 && cohort.weightBp < FULL_WEIGHT_BP) return false
    if (!this.#isFirst(observed, 'failure')) return false
    const family = tolerating(more, tolerance)
    this.#judge = recordEvent(this.#judge, metric, call.arm, probability, family)
    if (metric === 'unpaired') this.#countUnitFailure(rollout, observed)
    else this.#countFailureAt(rollout, observed)
    return true
  }

  /** What lives on is a unit by itself: it is met again by other nodes, and by this one when it has forgotten it. */
  #countKeyFailure(weightBp: number, key: string, { call, probability }: Observed): boolean {
    if (probability <= 0 || probability >= 1) return false
    const before = this.#judge
    this.#judge = recordUnitFailure(before, { key, arm: call.arm, weightBp, share: 0 })
    return this.#judge !== before
  }

  /** Only what was drawn, by what stays together: a list, or a call without the key, is no draw of the unit. */
  #countUnitFailure({ step, cohort }: LiveRollout, { call, assigned }: Observed): void {
    const { cohortBy, weightBp } = cohort
    if (assigned?.by !== 'draw' || assigned.key === undefined) return
    const { key } = assigned
    if (cohortBy === 'request' && !isLasting(key)) return
    // Another step's share says nothing of this one's draw; as if all calls were the canary's it says nothing at all.
    const share = this.#shareStep === step ? shareOfStep(this.#share) : 1
    this.#judge = recordUnitFailure(this.#judge, { key, arm: call.arm, weightBp, share })
  }

  /** Only what was drawn under the weight itself, not among those left of a smaller one. */
  #countFailureAt({ cohort }: LiveRollout, { call, probability }: Observed): void {
    const { weightBp } = cohort
    if (judgedBy(cohort) !== 'request' || probability !== weightBp / FULL_WEIGHT_BP) return
    this.#judge = recordFailureAt(this.#judge, weightBp, call.arm)
  }

  #observeTime({ warmUpCalls }: LiveRollout, observed: Observed): void {
    const { call, operation, ms, probability } = observed
    if (ms === undefined) return
    const options = warmUpCalls === undefined ? {} : { warmUpCalls }
    const slowness = this.#slowness.get(operation) ?? new Slowness(options)
    this.#slowness.set(operation, slowness)
    const band = slowness.observe(call.arm, ms)
    if (band === undefined || !this.#isFirst(observed, 'time')) return
    this.#judge = recordSlowness(this.#judge, band, call.arm, probability)
  }
}

/** What the other version got through speaks against this one; where calls are not drawn one by one, a kill only then. */
function isOfVersion({ call, isSafe }: Observed, trip: TripKind, { cohort }: LiveRollout): boolean {
  if (call.replay === 'answered') return true
  return !isSafe && (trip !== 'kill' || judgedBy(cohort) === 'request')
}
