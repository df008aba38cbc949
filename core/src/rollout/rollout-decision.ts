import type { Localized } from '@signalbox/sdk/errors'
import { judgedBy } from './cohorts/cohort.ts'
import { evidencePoint } from './evidence/evidence-point.ts'
import { dataFinding, defaultDataRules, type SourceHealth } from './judge/data-health.ts'
import { hardTrip } from './judge/hard-trips.ts'
import { evidence } from './judge/judge.ts'
import { ofWeight } from './judge/judge-state.ts'
import { failuresForProof } from './judge/key-failures.ts'
import { unitsOf } from './judge/unit-sketch.ts'
import type { Ground } from './move-rollout.ts'
import { freshAnswer } from './plan/question.ts'
import { type StepDecision, stepDecision } from './plan/step-decision.ts'
import type { Rollout } from './rollout-store.ts'
import { cohortOf, weightOf } from './rollout-weight.ts'
import type { ShadowDecision } from './shadow/shadow-side.ts'
import { type Standstill, standstillSentence } from './standstill/freezes.ts'
import type { Tallies } from './tally-store.ts'

/** What the tallies of a rollout say of it, and what is done about it. Pure. */

/** What ends the rollout now, in words; undefined: nothing. Also while it is paused. */
export function condemnation(rollout: Rollout, tallies: Tallies, now: number): Ground | undefined {
  const trip = hardTrip(tallies.trips, { now, canary: rollout.to })
  if (trip !== undefined) {
    return { reason: trip.sentence, evidence: { trip: trip.kind, trips: tallies.trips } }
  }
  const found = evidenceOf(rollout, tallies)
  if (found.verdict !== 'stop') return undefined
  const { sentence, ...figures } = found
  return { reason: sentence, evidence: { ...figures, calls: tallies.judge.calls } }
}

/** That no call came is for the steps to say, each as its plan has it. */
const readRules = { ...defaultDataRules, noTrafficMs: null }

/** What is done about a rollout whose calls cannot be read; undefined: nothing yet. Also while it is paused. */
export function blindness(
  rollout: Rollout,
  source: SourceHealth,
  now: number,
): { readonly command: 'abort' | 'pause'; readonly ground: Ground } | undefined {
  const health = { now, weightBp: weightOf(rollout), stepStartedAt: now, exposuresInStep: 0 }
  const found = dataFinding({ ...health, sources: [source] }, readRules)
  if (found.kind === 'sound' || found.kind === 'hold') return undefined
  const ground = { reason: found.sentence, evidence: { source } }
  if (found.kind === 'abort') return { command: 'abort', ground }
  if (rollout.state === 'paused') return undefined
  return { command: 'pause', ground: { ...ground, pauseFor: 'metrics_error' } }
}

export function evidenceOf(rollout: Rollout, { judge }: Tallies) {
  const { from, to, analysis } = rollout
  const { metrics, failures } = analysis
  return evidence(ofWeight(judge, weightOf(rollout)), {
    tolerance: failures?.tolerance,
    cohortBy: judgedBy(cohortOf(rollout)),
    canary: to,
    stable: from,
    metrics,
  })
}

/** What the judge knew of a rollout, to be looked at later. */
export function pointOf(rollout: Rollout, tallies: Tallies) {
  const place = { step: rollout.step, weightBp: weightOf(rollout) }
  return evidencePoint(place, tallies.judge.calls, evidenceOf(rollout, tallies))
}

/** What the step waits for, or that it is done. */
export function decide(
  rollout: Rollout,
  tallies: Tallies,
  now: number,
  standstill: Standstill,
  shadow?: ShadowDecision,
): StepDecision {
  const { plugin, revision, state, stepStartedAt, gateAnswer } = rollout
  const step = rollout.steps[rollout.step]
  if (step === undefined) return { kind: 'hold', reason: noStep }
  const { units } = tallies
  const { verdict, ground, sentence } = evidenceOf(rollout, tallies)
  const isAccepted = rollout.acceptedStep === rollout.step
  return stepDecision(step, {
    now,
    state,
    stepStartedAt: stepStartedAt ?? now,
    exposuresInStep: Math.max(0, tallies.judge.calls.canary - rollout.exposuresBefore),
    unitsInStep: units.since === stepStartedAt ? unitsOf(units) : 0,
    verdict,
    suspicion: { ground, sentence, isAccepted },
    failuresAt: failuresForProof(tallies.judge),
    frozen: standstillSentence(standstill, plugin, now),
    gate: freshAnswer(gateAnswer, { revision, now }),
    shadow,
  })
}

const noStep: Localized = { en: 'the plan has no such step', 'zh-CN': '计划中没有该步骤' }
