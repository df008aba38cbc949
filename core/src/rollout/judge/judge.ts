import type { Localized } from '@signalbox/sdk/errors'
import type { CohortBy } from '../cohorts/cohort.ts'
import type { BusinessMetric } from './analysis-plan.ts'
import { logEvidence, logWeightedSum, more, tolerating } from './attribution.ts'
import { logBusinessEvidence } from './business-metrics.ts'
import { clearSentence, stopSentence, suspectSentence } from './judge-sentences.ts'
import type { Ground, JudgedVersions, JudgeState } from './judge-state.ts'
import { withKeyFailures } from './key-failures.ts'
import { logRescueEvidence } from './rescues.ts'
import { wrongShare } from './sample-ratio.ts'
import { logSlowEvidence } from './slow-bands.ts'
import { unitTally } from './unit-failures.ts'

/** At most one healthy rollout in a hundred is stopped, over its whole life and however often one looks. */
const ALPHA = 0.01

/** `suspect`: something looks wrong that cannot be proven; it is paused until a person has looked. */
export type Verdict = 'clear' | 'suspect' | 'stop'

/** Its alpha is its own, as it stops nothing. */
type Weighed = Exclude<Ground, 'share'>
type Weights = readonly (readonly [ground: Weighed, weight: number])[]

/**
 * What may stop a rollout. A weighted mean of e-values is one again, whatever depends on what, so one alpha
 * holds for all of them together. Weights are fixed before the rollout starts.
 *
 * Calls drawn one by one carry their payloads to both arms alike, so slowness is evidence. A cohort that
 * stays together (an app, a tenant) brings its own payloads: only failures that the other arm did not have
 * are evidence then, and the first of each unit where nothing can be tried again; the rest is a suspicion, which
 * pauses a rollout and never stops a version.
 * Failures weigh most, as callers are hurt by them; a dead canary needs as many with the others beside. What
 * each weight costs and buys is in decision 0019.
 */
const guardrails: Readonly<Record<'drawn' | 'together', Weights>> = {
  drawn: [
    ['failures', 0.47],
    ['slow', 0.45],
    ['rescues', 0.08],
  ],
  together: [
    ['failures', 0.75],
    ['units', 0.12],
    ['rescues', 0.13],
  ],
}
const suspicions: Readonly<Record<'drawn' | 'together', Weights>> = {
  drawn: [],
  together: [
    ['unpaired', 0.6],
    ['slow', 0.4],
  ],
}

/** What the judge finds, without words: cheap enough to be asked after every event. */
export interface Finding {
  readonly verdict: Verdict
  /** Evidence against the canary: 1 says nothing, `threshold` stops it. At most 1e15, so that JSON holds it. */
  readonly e: number
  readonly threshold: number
  /** What says most against it. */
  readonly ground: Ground
}

/** One ground by itself. */
export interface GroundEvidence {
  readonly ground: Ground
  readonly e: number
  /** Its part of the mean that is held against the threshold. */
  readonly weight: number
  /** Whether it may stop the version; else it may only pause it. */
  readonly isProof: boolean
}

export interface Evidence extends Finding {
  readonly grounds: readonly GroundEvidence[]
  readonly sentence: Localized
}

const THRESHOLD = 1 / ALPHA
const MOST_E = 1e15

/** What the guardrails among the metrics of a plan have together of the alpha; the others give it up alike. */
const METRICS_PART = 0.2

/** What of a plan the evidence is asked with, fixed before it started. */
interface Asked {
  readonly metrics: readonly BusinessMetric[]
  readonly tolerance: number | undefined
}

/**
 * To be asked of the merged state of all nodes only: looking at each node's own as well costs alpha each.
 * @param metrics of the plan, fixed before it started
 * @param tolerance how many times as many failures it forgives; undefined: as ever
 */
export function judge(
  state: JudgeState,
  cohortBy: CohortBy,
  metrics: readonly BusinessMetric[] = [],
  tolerance?: number,
): Finding {
  return findingOf(withKeyFailures(state, cohortBy, tolerance), cohortBy, { metrics, tolerance })
}

function findingOf(state: JudgeState, cohortBy: CohortBy, asked: Asked): Finding {
  const { proofs, suspects } = weightsOf(cohortBy, asked.metrics)
  const proof = weigh(state, proofs, asked)
  const e = Math.min(MOST_E, Math.exp(proof.log))
  const { ground } = proof
  if (e >= THRESHOLD) return { verdict: 'stop', e, threshold: THRESHOLD, ground }
  if (wrongShare(state.admissions) !== undefined) {
    return { verdict: 'suspect', e, threshold: THRESHOLD, ground: 'share' }
  }
  const suspicion = weigh(state, suspects, asked)
  return Math.exp(suspicion.log) >= THRESHOLD
    ? { verdict: 'suspect', e, threshold: THRESHOLD, ground: suspicion.ground }
    : { verdict: 'clear', e, threshold: THRESHOLD, ground }
}

/** What of a plan may stop a version, and what only pauses it. */
function weightsOf(cohortBy: CohortBy, metrics: readonly BusinessMetric[]) {
  const kind = cohortBy === 'request' ? 'drawn' : 'together'
  // A cohort that stays together brings its own business: what it does more or less of is a suspicion only.
  const isGuardrail = ({ role }: BusinessMetric) => kind === 'drawn' && role === 'guardrail'
  const holding = metrics.filter((metric) => !isGuardrail(metric))
  return {
    proofs: shared(guardrails[kind], metrics.filter(isGuardrail)),
    suspects: shared(suspicions[kind], holding),
  }
}

/** Weights sum to 1 with the metrics among them. */
function shared(weights: Weights, metrics: readonly BusinessMetric[]): Weights {
  if (metrics.length === 0) return weights
  const part = weights.length === 0 ? 1 : METRICS_PART
  return [
    ...weights.map(([ground, weight]) => [ground, weight * (1 - part)] as const),
    ...metrics.map(({ name }) => [`metric:${name}`, part / metrics.length] as const),
  ]
}

/** The same in words, for the audit entry, the event and the page. */
export function evidence(counted: JudgeState, versions: JudgedVersions): Evidence {
  const { cohortBy, metrics = [], tolerance } = versions
  const state = withKeyFailures(counted, cohortBy, tolerance)
  const asked = { metrics, tolerance }
  const finding = findingOf(state, cohortBy, asked)
  const grounds = groundsOf(state, cohortBy, asked)
  return { ...finding, grounds, sentence: sentenceOf(finding, state, versions) }
}

function groundsOf(state: JudgeState, cohortBy: CohortBy, asked: Asked): readonly GroundEvidence[] {
  const { proofs, suspects } = weightsOf(cohortBy, asked.metrics)
  const told = (weights: Weights, isProof: boolean) =>
    weights.map(([ground, weight]) => {
      const e = Math.min(MOST_E, Math.exp(logOf(state, ground, asked)))
      return { ground, e, weight, isProof }
    })
  return [...told(proofs, true), ...told(suspects, false)]
}

function sentenceOf(finding: Finding, state: JudgeState, versions: JudgedVersions): Localized {
  const { verdict, e, threshold, ground } = finding
  if (ground === 'share' || verdict === 'suspect') return suspectSentence(state, ground, versions)
  return verdict === 'stop'
    ? stopSentence(state, ground, versions, ALPHA)
    : clearSentence(state, ground, versions, e, threshold)
}

function weigh(
  state: JudgeState,
  weights: Weights,
  asked: Asked,
): { log: number; ground: Weighed } {
  let ground = weights[0]?.[0] ?? 'failures'
  let most = Number.NEGATIVE_INFINITY
  const logs = weights.map(([name, weight]) => {
    const log = logOf(state, name, asked)
    if (log + Math.log(weight) > most) {
      most = log + Math.log(weight)
      ground = name
    }
    return log
  })
  const shares = weights.map(([, weight]) => weight)
  return { log: logWeightedSum(logs, shares), ground }
}

function logOf(state: JudgeState, ground: Weighed, { metrics, tolerance }: Asked): number {
  if (ground === 'units') {
    return logEvidence(unitTally(state.unitFailures, tolerating(more, tolerance)))
  }
  if (ground === 'rescues') return logRescueEvidence(state.rescues)
  if (ground === 'slow') return logSlowEvidence(state.slow)
  if (ground === 'failures' || ground === 'unpaired') return logEvidence(state.tallies[ground])
  const metric = metrics.find(({ name }) => ground === `metric:${name}`)
  return metric === undefined ? 0 : logBusinessEvidence(state.business, metric)
}
