import type { Arm, CohortBy } from '../cohorts/cohort.ts'
import type { BusinessMetric } from './analysis-plan.ts'
import {
  addEvents,
  emptyTally,
  mergeTallies,
  more,
  type OddsFamily,
  type Tally,
} from './attribution.ts'
import {
  addBusinessEvent,
  type BusinessTallies,
  mergeBusiness,
  noBusiness,
} from './business-metrics.ts'
import { addRescues, noRescues, type Rescues } from './rescues.ts'
import { type Admissions, admitTo, mergeAdmissions, noAdmissions } from './sample-ratio.ts'
import {
  addBand,
  type Band,
  emptySlowTally,
  mergeSlowTallies,
  type SlowTally,
} from './slow-bands.ts'
import {
  mergeUnitFailures,
  noUnitFailures,
  type UnitFailure,
  type UnitFailures,
  withUnitFailure,
} from './unit-failures.ts'

/**
 * - `failures`: a failed call that the other arm answered, or that could not be asked again; see judged-call.ts.
 * - `unpaired`: failures of cohorts that stay together, without a second answer: the payload may be to blame.
 */
export const metrics = ['failures', 'unpaired'] as const
export type Metric = (typeof metrics)[number]

/**
 * What evidence is made of: events of a kind, calls that stable had to answer, units that failed where nothing could
 * be tried again, how slow calls were, whether the canary had its share of them, and the metrics of the plan, each by
 * its name.
 */
export type Ground = Metric | 'rescues' | 'units' | 'slow' | 'share' | `metric:${string}`

/** Plain data: kept as JSON, summed over nodes and steps. */
export interface JudgeState {
  readonly tallies: Readonly<Record<Metric, Tally>>
  readonly slow: SlowTally
  /** Calls each arm was given; for the sentences, the statistics need none. */
  readonly calls: Readonly<Record<Arm, number>>
  /** Calls that failed on both arms: the payload or something shared is to blame. */
  readonly bothFailed: number
  readonly rescues: Rescues
  /** Calls that were drawn one by one, under each weight; see sample-ratio.ts. */
  readonly admissions: Admissions
  readonly business: BusinessTallies
  /** Of cohorts that stay together; see unit-failures.ts. */
  readonly unitFailures: UnitFailures
  /** Failures that count, of requests that were drawn one by one, under each weight; see noninferior.ts. */
  readonly failuresAt: Admissions
}

export const emptyJudgeState: JudgeState = Object.freeze({
  tallies: Object.freeze({
    failures: emptyTally,
    unpaired: emptyTally,
  }),
  slow: emptySlowTally,
  calls: Object.freeze({ stable: 0, canary: 0 }),
  bothFailed: 0,
  rescues: noRescues,
  admissions: noAdmissions,
  business: noBusiness,
  unitFailures: noUnitFailures,
  failuresAt: noAdmissions,
})

/** A failure that counts, of a call whose chance to be the canary's was `probability`. */
export function recordDisagreement(
  state: JudgeState,
  event: { readonly canaryFailed: boolean; readonly probability: number },
): JudgeState {
  return recordEvent(state, 'failures', event.canaryFailed ? 'canary' : 'stable', event.probability)
}

export function recordEvent(
  state: JudgeState,
  metric: Metric,
  arm: Arm,
  probability: number,
  family: OddsFamily = more,
): JudgeState {
  const events = { canary: arm === 'canary' ? 1 : 0, stable: arm === 'stable' ? 1 : 0 }
  const tally = addEvents(state.tallies[metric], probability, events, family)
  return { ...state, tallies: { ...state.tallies, [metric]: tally } }
}

/** A failure of a unit that nothing could be tried again for. */
export function recordUnitFailure(state: JudgeState, failure: UnitFailure): JudgeState {
  const unitFailures = withUnitFailure(state.unitFailures, failure)
  return unitFailures === state.unitFailures ? state : { ...state, unitFailures }
}

/** A failure that counts, of a request that was drawn by itself under a weight. */
export function recordFailureAt(state: JudgeState, weightBp: number, arm: Arm): JudgeState {
  return { ...state, failuresAt: admitTo(state.failuresAt, weightBp, arm) }
}

/** How slow a call was whose chance to be the canary's was `probability`. */
export function recordSlowness(
  state: JudgeState,
  band: Band,
  arm: Arm,
  probability: number,
): JudgeState {
  return { ...state, slow: addBand(state.slow, band, arm, probability) }
}

export function recordCalls(state: JudgeState, arm: Arm, count: number): JudgeState {
  return { ...state, calls: { ...state.calls, [arm]: state.calls[arm] + count } }
}

/** A call that was drawn by itself under a weight. */
export function recordAdmission(state: JudgeState, weightBp: number, arm: Arm): JudgeState {
  return { ...state, admissions: admitTo(state.admissions, weightBp, arm) }
}

/** An event that a metric of the plan counts. */
export function recordBusiness(
  state: JudgeState,
  metric: BusinessMetric,
  arm: Arm,
  probability: number,
): JudgeState {
  return { ...state, business: addBusinessEvent(state.business, metric, arm, probability) }
}

export function recordBothFailed(state: JudgeState): JudgeState {
  return { ...state, bothFailed: state.bothFailed + 1 }
}

/** A safe call of the canary, whether or not it failed; see rescueOf in judged-call.ts. */
export function recordRescue(state: JudgeState, kind: 'rescued' | 'stood'): JudgeState {
  return { ...state, rescues: { ...state.rescues, [kind]: state.rescues[kind] + 1 } }
}

export function mergeJudgeStates(left: JudgeState, right: JudgeState): JudgeState {
  const merged = (metric: Metric) => mergeTallies(left.tallies[metric], right.tallies[metric])
  return {
    tallies: { failures: merged('failures'), unpaired: merged('unpaired') },
    // A rollout that an earlier host began was not asked all of this.
    slow: mergeSlowTallies(left.slow ?? emptySlowTally, right.slow ?? emptySlowTally),
    calls: {
      stable: left.calls.stable + right.calls.stable,
      canary: left.calls.canary + right.calls.canary,
    },
    bothFailed: left.bothFailed + right.bothFailed,
    rescues: addRescues(left.rescues, right.rescues),
    business: mergeBusiness(left.business ?? noBusiness, right.business ?? noBusiness),
    admissions: mergeAdmissions(left.admissions ?? noAdmissions, right.admissions ?? noAdmissions),
    unitFailures: mergeUnitFailures(
      left.unitFailures ?? noUnitFailures,
      right.unitFailures ?? noUnitFailures,
    ),
    failuresAt: mergeAdmissions(left.failuresAt ?? noAdmissions, right.failuresAt ?? noAdmissions),
  }
}

/**
 * What is asked of the weight in force: whether the share is right begins anew with each, or a person would have to
 * look at what was wrong under one for the rest of the rollout. All else holds across weights, as each event
 * brings its own chance.
 */
export function ofWeight(state: JudgeState, weightBp: number): JudgeState {
  const counts = state.admissions[weightBp]
  const admissions = counts === undefined ? noAdmissions : { [weightBp]: counts }
  return { ...state, admissions }
}

/** Of whom the judge speaks. */
export interface JudgedVersions {
  readonly cohortBy: CohortBy
  readonly canary: string
  readonly stable: string
  /** Metrics of the plan; absent: none. */
  readonly metrics?: readonly BusinessMetric[]
  /** How many times as many failures the plan forgives; absent: as ever. */
  readonly tolerance?: number | undefined
}
