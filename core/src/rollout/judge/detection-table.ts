import { type Arm, type CohortBy, FULL_WEIGHT_BP } from '../cohorts/cohort.ts'
import { isWeightStep, type Step, type WeightStep } from '../plan/steps.ts'
import { addEvents, more, type OddsFamily, tolerating } from './attribution.ts'
import { judge } from './judge.ts'
import { emptyJudgeState, type JudgeState } from './judge-state.ts'
import { addBand, bands, type SlowTally } from './slow-bands.ts'

/** What the judge could see of a plugin's calls now. */
export interface Traffic {
  readonly callsPerMinute: number
  /** Part of them that is reckoned to fail, 0 to 1: a little more than was seen, see `trafficOf`. */
  readonly failureRate: number
  /** Part of them that only reads: a failure is tried again on the other version. */
  readonly safeShare: number
  /** Apps, or tenants, that call it: what a cohort that stays together is made of. Null: nobody knows how many. */
  readonly units: number | null
}

/** Versions that are wrong in ways everybody knows. */
export const faults = {
  dead: { failRate: () => 1, isSlow: false },
  fails_one_in_ten: { failRate: (rate: number) => Math.min(1, rate + 0.1), isSlow: false },
  threefold_failures: { failRate: (rate: number) => Math.min(1, 3 * rate), isSlow: false },
  twice_as_slow: { failRate: (rate: number) => rate, isSlow: true },
} as const
export type Fault = keyof typeof faults

export interface Detection {
  /** Calls of the new version until it is stopped, in the middle of many rollouts; null: it is not. */
  readonly calls: number | null
  /** Of them those that fail on it. A safe one is answered by stable all the same. */
  readonly failedCalls: number | null
  readonly seconds: number | null
  /** Whether the step lasts that long by its plan. */
  readonly isWithinStep: boolean
}

export interface StepDetection {
  readonly weightBp: number
  /** Calls the new version has before the step ends by its plan, with its bake. */
  readonly callsInStep: number
  readonly detections: Readonly<Record<Fault, Detection>>
}

/** A month of ten calls a second: what is not found by then is not found. */
const MOST_CALLS = 30_000_000
/**
 * Part of the calls in each band: stable's by their definition, and those of a version twice as slow where a
 * standard deviation of log time is 0.6, as of calls that take half to twice as long as usual.
 */
const stableBands = [0.5, 0.25, 0.15, 0.09, 0.01]
const slowBands = [0.124, 0.191, 0.235, 0.33, 0.12]

/**
 * What each fault would cost at each step: how many calls the judge needs where everything happens as often as is
 * to be expected. Its own arithmetic is asked, no table.
 * @param tolerance how many times as many failures the plan forgives; undefined: as ever
 */
export function detectionTable(
  steps: readonly Step[],
  cohortBy: CohortBy,
  traffic: Traffic,
  tolerance?: number,
): readonly StepDetection[] {
  const judged = { cohortBy, family: tolerating(more, tolerance) }
  return steps.filter(isDrawn).map((step) => {
    const callsInStep = Math.floor(callsOf(step, traffic))
    const at = (fault: Fault) => detectionOf(step.weightBp, callsInStep, fault, judged, traffic)
    const detections = {
      dead: at('dead'),
      fails_one_in_ten: at('fails_one_in_ten'),
      threefold_failures: at('threefold_failures'),
      twice_as_slow: at('twice_as_slow'),
    }
    return { weightBp: step.weightBp, callsInStep, detections }
  })
}

interface Judged {
  readonly cohortBy: CohortBy
  readonly family: OddsFamily
}

/** A step that only lists members gives calls to the canary that no draw foresees. */
function isDrawn(step: Step): step is WeightStep {
  return isWeightStep(step) && step.weightBp > 0
}

/** All that a hold names must be met, so the longer of both; a bake comes after it, with the judge still on. */
function callsOf({ weightBp, hold, bake }: WeightStep, { callsPerMinute }: Traffic): number {
  const perMs = (callsPerMinute * weightBp) / FULL_WEIGHT_BP / 60_000
  const held = Math.max(hold.exposures ?? 1, (hold.durationMs ?? 0) * perMs)
  return held + (bake?.durationMs ?? 0) * perMs
}

function detectionOf(
  weightBp: number,
  callsInStep: number,
  fault: Fault,
  judged: Judged,
  traffic: Traffic,
): Detection {
  const share = weightBp / FULL_WEIGHT_BP
  const perSecond = (traffic.callsPerMinute / 60) * share
  const isStopped = (calls: number) =>
    judge(expected(calls, share, fault, judged, traffic), judged.cohortBy).verdict === 'stop'
  const calls = perSecond > 0 ? leastCalls(isStopped) : undefined
  if (calls === undefined) {
    return { calls: null, failedCalls: null, seconds: null, isWithinStep: false }
  }
  const failed = calls * faults[fault].failRate(traffic.failureRate)
  return {
    calls,
    failedCalls: Math.round(failed * 10) / 10,
    seconds: Math.ceil(calls / perSecond),
    isWithinStep: calls <= callsInStep,
  }
}

/** Evidence to be expected only ever grows or never does: doubled until there is enough, then halved. */
function leastCalls(isStopped: (calls: number) => boolean): number | undefined {
  let most = 1
  while (!isStopped(most)) {
    most *= 2
    if (most > MOST_CALLS) return undefined
  }
  let least = most / 2
  while (most - least > 1) {
    const middle = Math.floor((least + most) / 2)
    if (isStopped(middle)) most = middle
    else least = middle
  }
  return most
}

/** What is counted on the average while the canary has so many calls. Parts of calls are counted as such. */
function expected(
  calls: number,
  share: number,
  fault: Fault,
  { cohortBy, family }: Judged,
  { failureRate, safeShare }: Traffic,
): JudgeState {
  const { failRate, isSlow } = faults[fault]
  const own = failRate(failureRate)
  const others = (calls * (1 - share)) / share
  const safe = {
    canary: calls * safeShare * own * (1 - failureRate),
    stable: others * safeShare * failureRate * (1 - own),
  }
  const unsafe = {
    canary: calls * (1 - safeShare) * own,
    stable: others * (1 - safeShare) * failureRate,
  }
  const { failures, unpaired } = emptyJudgeState.tallies
  const paired = addEvents(failures, share, safe, family)
  const isDrawn = cohortBy === 'request'
  const slow = isSlow ? slowCalls(calls, others, share) : emptyJudgeState.slow
  return {
    ...emptyJudgeState,
    tallies: {
      failures: isDrawn ? addEvents(paired, share, unsafe, family) : paired,
      unpaired: isDrawn ? unpaired : addEvents(unpaired, share, unsafe, family),
    },
    slow,
    rescues: { rescued: safe.canary, stood: calls * safeShare - safe.canary },
  }
}

function slowCalls(calls: number, others: number, share: number): SlowTally {
  const parts: readonly (readonly [Arm, number, readonly number[]])[] = [
    ['canary', calls, slowBands],
    ['stable', others, stableBands],
  ]
  let tally = emptyJudgeState.slow
  for (const [arm, count, shares] of parts) {
    for (const [index, band] of bands.entries()) {
      tally = addBand(tally, band, arm, share, count * (shares[index] as number))
    }
  }
  return tally
}
