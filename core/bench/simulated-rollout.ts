import { type Arm, bucketOf, FULL_WEIGHT_BP, isInCanary } from '../src/rollout/cohorts/cohort.ts'
import {
  type CanaryShare,
  emptyShare,
  observeCall,
  shareOfStep,
  shareProbability,
} from '../src/rollout/judge/canary-share.ts'
import {
  emptyTripState,
  hardTrip,
  recordTrip,
  type TripState,
} from '../src/rollout/judge/hard-trips.ts'
import { judge } from '../src/rollout/judge/judge.ts'
import {
  emptyJudgeState,
  type JudgeState,
  recordEvent,
  recordRescue,
  recordSlowness,
  recordUnitFailure,
} from '../src/rollout/judge/judge-state.ts'
import {
  type AttemptOutcome,
  findingOf,
  type JudgedCall,
  rescueOf,
} from '../src/rollout/judge/judged-call.ts'
import {
  earnReplays,
  fullReplayBudget,
  type ReplayBudget,
  spendReplay,
} from '../src/rollout/judge/replay-budget.ts'
import { Slowness } from '../src/rollout/judge/slowness.ts'
import { SeededRandom } from './seeded-random.ts'

/** Traffic, faults and plan of one simulated rollout. Rates are per call, 0 to 1. */
export interface Scenario {
  readonly name: string
  readonly calls: number
  /** Weights in force, each for an equal part of the calls. */
  readonly weightsBp: readonly number[]
  /** Chance that an attempt fails by itself, by the part of the rollout that is over, 0 to 1. */
  readonly failRate: (progress: number) => number
  /** The same for the canary; absent: it is healthy. */
  readonly canaryFailRate?: (failRate: number) => number
  /** Part of the failures that are kills. */
  readonly killed?: number
  /** Part of the payloads that only the canary cannot take ("some series"). */
  readonly canaryBadPayloads?: number
  /** The canary never answers. */
  readonly canaryHangs?: boolean
  readonly unsafe?: boolean
  /** Apps that stay on one version each; absent: every call is drawn by itself. */
  readonly apps?: {
    readonly count: number
    /** Part of the apps whose payloads fail on any version. */
    readonly bad: number
    /** Calls in a row of one app, on average. */
    readonly batch: number
    /** Few apps make most of the calls, those with bad payloads first among them. */
    readonly isSkewed?: boolean
  }
  /** A step ends when the canary was given so many calls in it, not after its part of all calls. */
  readonly exposures?: number
  /** Lognormal latencies; the canary's times `canaryFactor`; on either arm `drift` times as long by the end. */
  readonly latency?: {
    readonly medianMs: number
    readonly sigma: number
    readonly canaryFactor: number
    readonly drift: number
  }
}

export interface RolloutResult {
  readonly stopped: boolean
  readonly suspected: boolean
  /** Until the end, or until it was stopped: calls given to the canary, and those of them that failed there. */
  readonly canaryCalls: number
  readonly canaryFailures: number
  /** Failed calls that nobody answered though the other arm could have. */
  readonly callerErrors: number
}

const CALLS_PER_S = 200
/** The controller looks four times a second, and at once where something speaks against a version. */
const LOOK_EVERY_CALLS = 16
/** Payloads of a bad app that fail: not all, or it would not have been in production. */
export const BAD_APP_FAILURES = 0.5

/** One rollout through the judge's own code, call by call, looked at whenever the evidence has grown. */
export class SimulatedRollout {
  readonly #scenario: Scenario
  readonly #random: SeededRandom
  readonly #slowness = new Slowness()
  #state: JudgeState = emptyJudgeState
  #trips: TripState = emptyTripState
  #budget: ReplayBudget = fullReplayBudget
  #share: CanaryShare = emptyShare
  readonly #buckets: readonly number[]
  #app = 0
  #sinceLook = 0
  #weightBp = 0
  #now = 0
  #stopped = false
  #suspected = false
  #step = 0
  #stepCalls = 0
  #canaryCalls = 0
  #canaryFailures = 0
  #callerErrors = 0

  constructor(scenario: Scenario, seed: string) {
    this.#scenario = scenario
    this.#random = new SeededRandom(seed)
    this.#buckets = Array.from({ length: scenario.apps?.count ?? 0 }, (_, app) =>
      bucketOf(seed, `app-${app}`),
    )
  }

  run(): RolloutResult {
    const { calls } = this.#scenario
    for (let call = 0; call < calls && !this.#stopped; call++) {
      const progress = call / calls
      this.#enterStep(progress)
      this.#now = (call / CALLS_PER_S) * 1000
      this.#call(progress)
    }
    return {
      stopped: this.#stopped,
      suspected: this.#suspected,
      canaryCalls: this.#canaryCalls,
      canaryFailures: this.#canaryFailures,
      callerErrors: this.#callerErrors,
    }
  }

  /** A rollout that is suspected waits for a person at the weight it has; its canary has calls all the while. */
  #enterStep(progress: number): void {
    const { weightsBp, exposures } = this.#scenario
    const last = weightsBp.length - 1
    const isDue =
      exposures === undefined
        ? Math.floor(progress * weightsBp.length) > this.#step
        : this.#stepCalls >= exposures && this.#step < last
    if (isDue && !this.#suspected) this.#step += 1
    const weightBp = weightsBp[this.#step] as number
    if (weightBp === this.#weightBp) return
    this.#weightBp = weightBp
    this.#share = emptyShare
    this.#stepCalls = 0
  }

  #call(progress: number): void {
    const { latency } = this.#scenario
    const arm = this.#arm()
    this.#budget = earnReplays(this.#budget, 1)
    if (arm === 'canary') {
      this.#canaryCalls += 1
      this.#stepCalls += 1
    }
    const payload = this.#payload()
    const outcome = this.#attempt(arm, progress, payload)
    if (outcome === 'answered') {
      this.#stand({ arm, outcome })
      if (latency !== undefined) this.#measure(arm, latency, progress)
      return
    }
    if (arm === 'canary') this.#canaryFailures += 1
    const isKill = this.#random.chance(this.#scenario.killed ?? 0)
    this.#fail(arm, outcome, isKill, progress, payload)
  }

  #arm(): Arm {
    const { apps } = this.#scenario
    if (apps === undefined) {
      return this.#random.chance(this.#weightBp / FULL_WEIGHT_BP) ? 'canary' : 'stable'
    }
    if (this.#random.chance(1 / apps.batch)) this.#app = this.#nextApp(apps)
    const isCanary = isInCanary(this.#buckets[this.#app] as number, this.#weightBp)
    this.#share = observeCall(this.#share, isCanary)
    return isCanary ? 'canary' : 'stable'
  }

  #nextApp({ count, isSkewed }: NonNullable<Scenario['apps']>): number {
    if (isSkewed !== true) return this.#random.below(count)
    return Math.floor(count * this.#random.next() ** 3)
  }

  #payload(): 'good' | 'bad' | 'canary-bad' {
    const { apps, canaryBadPayloads } = this.#scenario
    if (apps !== undefined && this.#app < apps.count * apps.bad) {
      return this.#random.chance(BAD_APP_FAILURES) ? 'bad' : 'good'
    }
    return this.#random.chance(canaryBadPayloads ?? 0) ? 'canary-bad' : 'good'
  }

  #attempt(arm: Arm, progress: number, payload: 'good' | 'bad' | 'canary-bad'): AttemptOutcome {
    const { failRate, canaryFailRate, canaryHangs } = this.#scenario
    if (canaryHangs === true && arm === 'canary') return 'late'
    if (payload === 'bad' || (payload === 'canary-bad' && arm === 'canary')) return 'failed'
    const rate = failRate(progress)
    const own = arm === 'canary' && canaryFailRate !== undefined ? canaryFailRate(rate) : rate
    return this.#random.chance(own) ? 'failed' : 'answered'
  }

  #fail(
    arm: Arm,
    outcome: AttemptOutcome,
    isKill: boolean,
    progress: number,
    payload: 'good' | 'bad' | 'canary-bad',
  ): void {
    const { apps, unsafe } = this.#scenario
    const replay = unsafe === true ? undefined : this.#replay(arm, progress, payload)
    if (arm === 'canary' && replay === undefined) this.#callerErrors += 1
    const cohortBy = apps === undefined ? 'request' : 'app'
    const call = replay === undefined ? { arm, outcome } : { arm, outcome, replay }
    if (outcome === 'late' && replay === 'answered') this.#hang(arm)
    this.#stand(call)
    const found = findingOf(call, unsafe !== true, cohortBy)
    if (found.kind !== 'event') {
      if (arm === 'canary') this.#look()
      return
    }
    this.#state = recordEvent(this.#state, found.metric, arm, this.#probability())
    if (found.metric === 'unpaired') {
      const [key, weightBp] = [`app-${this.#app}`, this.#weightBp]
      const told = { key, arm, weightBp, share: shareOfStep(this.#share) }
      this.#state = recordUnitFailure(this.#state, told)
    }
    // As NodeCounters: where cohorts stay together a kill speaks only where the other version got through.
    if (isKill && (apps === undefined || replay === 'answered')) this.#kill(arm)
    if (arm === 'canary') this.#look()
  }

  #stand(call: JudgedCall): void {
    const kind = rescueOf(call, this.#scenario.unsafe !== true)
    if (kind !== undefined) this.#state = recordRescue(this.#state, kind)
  }

  #kill(arm: Arm): void {
    this.#trips = recordTrip(this.#trips, arm, 'kill', this.#now, this.#probability())
  }

  #hang(arm: Arm): void {
    this.#kill(arm)
    this.#cross(arm, Number.POSITIVE_INFINITY)
    this.#look()
  }

  #replay(
    arm: Arm,
    progress: number,
    payload: 'good' | 'bad' | 'canary-bad',
  ): AttemptOutcome | undefined {
    const left = spendReplay(this.#budget)
    if (left === undefined) return undefined
    this.#budget = left
    return this.#attempt(arm === 'canary' ? 'stable' : 'canary', progress, payload)
  }

  #measure(arm: Arm, latency: NonNullable<Scenario['latency']>, progress: number): void {
    const { medianMs, sigma, canaryFactor, drift } = latency
    const factor = (arm === 'canary' ? canaryFactor : 1) * drift ** progress
    const ms = medianMs * factor * Math.exp(sigma * this.#random.normal())
    this.#cross(arm, ms)
  }

  #cross(arm: Arm, ms: number): void {
    const band = this.#slowness.observe(arm, ms)
    if (band === undefined) return
    this.#state = recordSlowness(this.#state, band, arm, this.#probability())
    this.#sinceLook += 1
    if (arm === 'canary' || this.#sinceLook >= LOOK_EVERY_CALLS) this.#look()
  }

  #probability(): number {
    return this.#scenario.apps === undefined
      ? this.#weightBp / FULL_WEIGHT_BP
      : shareProbability(this.#share)
  }

  /**
   * A failure on stable never adds to the evidence, so nothing is missed by not looking after one. A fast call of
   * stable adds a little.
   */
  #look(): void {
    this.#sinceLook = 0
    const { verdict } = judge(this.#state, this.#scenario.apps === undefined ? 'request' : 'app')
    const at = { now: this.#now, canary: 'the new version' }
    if (verdict === 'suspect') this.#suspected = true
    if (verdict === 'stop' || hardTrip(this.#trips, at) !== undefined) this.#stopped = true
  }
}
