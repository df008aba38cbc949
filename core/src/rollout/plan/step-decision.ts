import type { Localized } from '@signalbox/sdk/errors'
import { FULL_WEIGHT_BP } from '../cohorts/cohort.ts'
import type { Verdict } from '../judge/judge.ts'
import type { Ground } from '../judge/judge-state.ts'
import { waitingForProof } from '../judge/noninferior.ts'
import type { Admissions } from '../judge/sample-ratio.ts'
import type { RolloutState } from '../rollout-states.ts'
import type { ShadowDecision } from '../shadow/shadow-side.ts'
import { approvalSentence } from './approval.ts'
import { type Gate, gateName } from './gate.ts'
import { type Hook, hookName } from './hook.ts'
import type { PauseReason } from './pause-reasons.ts'
import { type GateAnswer, questionSentence } from './question.ts'
import {
  askedBy,
  type Hold,
  isApproval,
  isWeightStep,
  type Step,
  type WeightStep,
} from './steps.ts'

export interface StepProgress {
  readonly now: number
  readonly stepStartedAt: number
  readonly exposuresInStep: number
  readonly verdict: Verdict
  /** `baking`: what the step waits for is its bake. */
  readonly state?: RolloutState
  readonly unitsInStep?: number
  /** A freeze or a lockdown, in words: whatever is met, nothing goes on. */
  readonly frozen?: Localized | undefined
  /** What the step's gate or hook said, where it still counts. */
  readonly gate?: GateAnswer | undefined
  /** What a shadow step has come to, where it was looked at. */
  readonly shadow?: ShadowDecision | undefined
  /** Failures that count, by weight; for a hold that asks for proof. */
  readonly failuresAt?: Admissions | undefined
  /** What looks wrong, where the verdict is `suspect`. */
  readonly suspicion?: Suspicion | undefined
}

/** What the judge cannot prove. */
export interface Suspicion {
  readonly ground: Ground
  readonly sentence: Localized
  /** A person let the rollout go on in this step all the same. */
  readonly isAccepted: boolean
}

/** `complete` is `promote`: the step at 100 % has been held and baked, and the version becomes stable. */
export interface StepDecision {
  readonly kind: 'hold' | 'advance' | 'bake' | 'complete' | 'pause'
  readonly reason: Localized
  /** Of `pause`. */
  readonly pauseFor?: PauseReason
  /** Of `hold`: everything else is clear, and a person or a service is asked. */
  readonly asks?: 'approval' | 'gate'
}

/**
 * Whether a step is over. In this order, so that a person is asked last: the judge, the time, the calls, the
 * units, a freeze, the gate or hook, the approval. A clock that was set back only makes it longer.
 */
export function stepDecision(step: Step, progress: StepProgress): StepDecision {
  const against = againstGoingOn(progress)
  if (against !== undefined) return against
  const asked = askedBy(step)
  if (asked !== undefined) return answerDecision(asked, progress)
  if (isApproval(step)) {
    const { frozen } = progress
    return frozen === undefined
      ? { kind: 'hold', reason: approvalSentence(step), asks: 'approval' }
      : { kind: 'hold', reason: frozen }
  }
  return isWeightStep(step) ? weightDecision(step, progress) : shadowStepDecision(progress)
}

function shadowStepDecision({ shadow, frozen }: StepProgress): StepDecision {
  if (shadow?.kind !== 'advance') return { kind: 'hold', reason: shadow?.reason ?? notCompared }
  if (frozen !== undefined) return { kind: 'hold', reason: frozen }
  return { kind: 'advance', reason: shadow.reason }
}

const notCompared: Localized = {
  en: 'no call has been compared yet, and no data is never success',
  'zh-CN': '尚未对比任何调用；没有数据不等于成功',
}

/** What cannot be proven pauses, so that a person looks; who resumes it has, and its step goes on. */
function againstGoingOn({ verdict, suspicion }: StepProgress): StepDecision | undefined {
  if (verdict === 'stop') {
    const reason = { en: 'the judge stops this version', 'zh-CN': '判定器要求停止该版本' }
    return { kind: 'hold', reason }
  }
  if (verdict === 'clear' || suspicion?.isAccepted === true) return undefined
  if (suspicion === undefined) return { kind: 'pause', reason: unproven, pauseFor: 'signal' }
  const pauseFor = suspicion.ground === 'share' ? 'srm' : 'signal'
  return { kind: 'pause', reason: suspicion.sentence, pauseFor }
}

const unproven: Localized = {
  en: 'something looks wrong with the new version that cannot be proven: resume, promote or abort it by hand',
  'zh-CN': '新版本疑似异常但无法证实：请人工决定继续、转正或中止',
}

function answerDecision(asked: Gate | Hook, progress: StepProgress): StepDecision {
  const { gate: answer, frozen } = progress
  const reason = questionSentence('url' in asked ? hookName(asked) : gateName(asked), answer)
  if (answer?.kind === 'allowed') {
    return frozen === undefined ? { kind: 'advance', reason } : { kind: 'hold', reason: frozen }
  }
  if (isOverdue(asked.mostMs, progress)) return { kind: 'pause', reason, pauseFor: 'gate' }
  return { kind: 'hold', reason, asks: 'gate' }
}

function weightDecision(step: WeightStep, progress: StepProgress): StepDecision {
  const { weightBp, hold, bake } = step
  const waiting =
    progress.state === 'baking'
      ? waitingForTime(bake?.durationMs ?? 0, progress)
      : waitingFor(hold, progress)
  if (waiting !== undefined) return waiting
  if (bake !== undefined && progress.state !== 'baking') {
    return { kind: 'bake', reason: heldSentence(weightBp, progress.exposuresInStep) }
  }
  if (progress.frozen !== undefined) return { kind: 'hold', reason: progress.frozen }
  const reason =
    progress.state === 'baking'
      ? bakedSentence(bake?.durationMs ?? 0)
      : heldSentence(weightBp, progress.exposuresInStep)
  return { kind: weightBp >= FULL_WEIGHT_BP ? 'complete' : 'advance', reason }
}

function waitingFor(hold: Hold, progress: StepProgress): StepDecision | undefined {
  const byTime = waitingForTime(hold.durationMs ?? 0, progress)
  if (byTime !== undefined) return byTime
  const { exposuresInStep: seen, unitsInStep = 0 } = progress
  const needed = hold.exposures ?? (hold.evenUnseen === true ? 0 : 1)
  const isOver = isOverdue(hold.mostMs, progress)
  const wait = (reason: Localized): StepDecision =>
    isOver
      ? { kind: 'pause', reason, pauseFor: seen === 0 ? 'no_traffic' : 'inconclusive' }
      : { kind: 'hold', reason }
  if (seen < needed && seen === 0) {
    return wait({
      en: 'no call has reached the new version in this step, and no data is never success',
      'zh-CN': '本步骤中新版本尚未收到调用；没有数据不等于成功',
    })
  }
  if (seen < needed) {
    return wait({
      en: `${seen} of ${needed} calls of the new version so far`,
      'zh-CN': `新版本已收到 ${seen} / ${needed} 次调用`,
    })
  }
  const unproven = waitingForEvidence(hold, progress)
  if (hold.units === undefined || unitsInStep >= hold.units) {
    return unproven === undefined ? undefined : wait(unproven)
  }
  return wait({
    en: `${unitsInStep} of ${hold.units} different keys have met the new version so far`,
    'zh-CN': `已有 ${unitsInStep} / ${hold.units} 个不同的键使用过新版本`,
  })
}

function waitingForEvidence({ evidence, rMax }: Hold, { failuresAt = {} }: StepProgress) {
  if (evidence === undefined || rMax === undefined) return undefined
  return waitingForProof(failuresAt, rMax)
}

function waitingForTime(durationMs: number, progress: StepProgress): StepDecision | undefined {
  const leftMs = durationMs - elapsedMs(progress)
  if (leftMs <= 0) return undefined
  const leftS = Math.ceil(leftMs / 1000)
  const reason =
    progress.state === 'baking'
      ? { en: `${leftS} s of the bake are left`, 'zh-CN': `观察期还剩 ${leftS} 秒` }
      : { en: `${leftS} s of the hold are left`, 'zh-CN': `本步骤还需保持 ${leftS} 秒` }
  return { kind: 'hold', reason }
}

function elapsedMs({ now, stepStartedAt }: StepProgress): number {
  return Math.max(0, now - stepStartedAt)
}

function isOverdue(mostMs: number | undefined, progress: StepProgress): boolean {
  return mostMs !== undefined && elapsedMs(progress) >= mostMs
}

function heldSentence(weightBp: number, seen: number): Localized {
  const percent = percentOf(weightBp)
  return {
    en: `held at ${percent} as planned: ${seen} ${seen === 1 ? 'call' : 'calls'} of the new version, nothing against it`,
    'zh-CN': `已按计划保持 ${percent}：新版本收到 ${seen} 次调用，未发现问题`,
  }
}

function bakedSentence(durationMs: number): Localized {
  const seconds = Math.ceil(durationMs / 1000)
  return {
    en: `baked ${seconds} s at 100 % as planned, nothing against it`,
    'zh-CN': `已按计划在 100 % 观察 ${seconds} 秒，未发现问题`,
  }
}

/** Basis points as people read them: 100 → `1 %`, 2550 → `25.5 %`. */
export function percentOf(weightBp: number): string {
  return `${weightBp / 100} %`
}
