import type { Localized } from '@signalbox/sdk/errors'
import { logEvidence, logWeightedSum } from './attribution.ts'
import type { CohortBy } from './cohort.ts'
import { clearSentence, stopSentence, suspectSentence } from './judge-sentences.ts'
import type { Ground, JudgedVersions, JudgeState } from './judge-state.ts'
import { logRescueEvidence } from './rescues.ts'

/** At most one healthy rollout in a hundred is stopped, over its whole life and however often one looks. */
const ALPHA = 0.01

/** `suspect`: something looks wrong that cannot be proven; a step is held until a person has looked. */
export type Verdict = 'clear' | 'suspect' | 'stop'

type Weights = readonly (readonly [ground: Ground, weight: number])[]

const slow: Weights = [
  ['slowHalf', 1 / 8],
  ['slowTenth', 1 / 8],
  ['slowHundredth', 1 / 8],
]

/**
 * What may stop a rollout. A weighted mean of e-values is one again, whatever depends on what, so one alpha
 * holds for all of them together. Weights are fixed before the rollout starts.
 *
 * Calls drawn one by one carry their payloads to both arms alike, so slowness is evidence. A cohort that
 * stays together (an app, a tenant) brings its own payloads: only failures that the other arm did not have
 * are evidence then, and the rest is a suspicion, which holds a step and never stops a version.
 * Failures weigh most, as callers are hurt by them; a dead canary needs as many with the others beside.
 */
const guardrails: Readonly<Record<'drawn' | 'together', Weights>> = {
  drawn: [['failures', 1 / 2], ['rescues', 1 / 8], ...slow],
  together: [
    ['failures', 3 / 4],
    ['rescues', 1 / 4],
  ],
}
const suspicions: Readonly<Record<'drawn' | 'together', Weights>> = {
  drawn: [],
  together: [['unpaired', 5 / 8], ...slow],
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
  /** Whether it may stop the version; else it may only hold a step. */
  readonly isProof: boolean
}

export interface Evidence extends Finding {
  readonly grounds: readonly GroundEvidence[]
  readonly sentence: Localized
}

const THRESHOLD = 1 / ALPHA
const MOST_E = 1e15

/** To be asked of the merged state of all nodes only: looking at each node's own as well costs alpha each. */
export function judge(state: JudgeState, cohortBy: CohortBy): Finding {
  const kind = cohortBy === 'request' ? 'drawn' : 'together'
  const proof = weigh(state, guardrails[kind])
  const e = Math.min(MOST_E, Math.exp(proof.log))
  const { ground } = proof
  if (e >= THRESHOLD) return { verdict: 'stop', e, threshold: THRESHOLD, ground }
  const suspicion = weigh(state, suspicions[kind])
  return Math.exp(suspicion.log) >= THRESHOLD
    ? { verdict: 'suspect', e, threshold: THRESHOLD, ground: suspicion.ground }
    : { verdict: 'clear', e, threshold: THRESHOLD, ground }
}

/** The same in words, for the audit entry, the event and the page. */
export function evidence(state: JudgeState, versions: JudgedVersions): Evidence {
  const finding = judge(state, versions.cohortBy)
  const grounds = groundsOf(state, versions.cohortBy)
  return { ...finding, grounds, sentence: sentenceOf(finding, state, versions) }
}

function groundsOf(state: JudgeState, cohortBy: CohortBy): readonly GroundEvidence[] {
  const kind = cohortBy === 'request' ? 'drawn' : 'together'
  const told = (weights: Weights, isProof: boolean) =>
    weights.map(([ground, weight]) => {
      const e = Math.min(MOST_E, Math.exp(logOf(state, ground)))
      return { ground, e, weight, isProof }
    })
  return [...told(guardrails[kind], true), ...told(suspicions[kind], false)]
}

function sentenceOf(finding: Finding, state: JudgeState, versions: JudgedVersions): Localized {
  const { verdict, e, threshold, ground } = finding
  switch (verdict) {
    case 'stop':
      return stopSentence(state, ground, versions, ALPHA)
    case 'suspect':
      return suspectSentence(state, ground, versions)
    case 'clear':
      return clearSentence(state, ground, versions, e, threshold)
  }
}

function weigh(state: JudgeState, weights: Weights): { log: number; ground: Ground } {
  let ground = weights[0]?.[0] ?? 'failures'
  let most = Number.NEGATIVE_INFINITY
  const logs = weights.map(([name, weight]) => {
    const log = logOf(state, name)
    if (log + Math.log(weight) > most) {
      most = log + Math.log(weight)
      ground = name
    }
    return log
  })
  const shares = weights.map(([, weight]) => weight)
  return { log: logWeightedSum(logs, shares), ground }
}

function logOf(state: JudgeState, ground: Ground): number {
  return ground === 'rescues'
    ? logRescueEvidence(state.rescues)
    : logEvidence(state.tallies[ground])
}
