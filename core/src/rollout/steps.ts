import type { InputFault, Localized } from '@signalbox/sdk/errors'
import { pointerTo } from '@signalbox/sdk/json-pointer'
import { FULL_WEIGHT_BP } from './cohort.ts'
import type { Verdict } from './judge.ts'
import { type ShadowPlan, shadowStepFaults } from './shadow/shadow-plan.ts'

/** What a step waits for. All that is named must be met; the judge may stop it at any moment before. */
export interface Hold {
  readonly durationMs?: number
  /** Calls that the canary was given in this step. */
  readonly exposures?: number
  /** Go on by time though no call came. Without it, no data is never success. */
  readonly evenUnseen?: boolean
}

export interface WeightStep {
  readonly weightBp: number
  readonly hold: Hold
  readonly shadow?: undefined
}

/** The new version answers copies of calls; see shadow/. Its weight is 0. */
export interface ShadowStep {
  readonly shadow: ShadowPlan
  readonly weightBp?: undefined
  readonly hold?: undefined
}

export type Step = WeightStep | ShadowStep

/** More steps than anybody reads; keeps a plan below 4 KB. */
const MAX_STEPS = 50
/** Thirty days: a rollout that waits longer for one step is forgotten, not careful. */
const MAX_DURATION_MS = 30 * 86_400_000
const MAX_EXPOSURES = 1_000_000_000

/**
 * Exposures from what the judge needs to see: a version that fails one call in ten is stopped within 30 calls
 * at 1 %, one in 30 within 100 at 5 %, one in 50 within 300 at 25 % and 600 at 50 %. At 100 % no call goes to
 * stable first, so that only what stable must answer for still counts: it ends with the first call served.
 */
export const defaultSteps: readonly Step[] = [
  { weightBp: 100, hold: { durationMs: 120_000, exposures: 30 } },
  { weightBp: 500, hold: { durationMs: 120_000, exposures: 100 } },
  { weightBp: 2500, hold: { durationMs: 300_000, exposures: 300 } },
  { weightBp: 5000, hold: { durationMs: 300_000, exposures: 600 } },
  { weightBp: FULL_WEIGHT_BP, hold: {} },
]

/** Faults of a plan from outside, each with its place; none: it is a `Step[]`. */
export function stepFaults(plan: unknown): readonly InputFault[] {
  if (!Array.isArray(plan)) return [{ pointer: '', detail: 'must be a list of steps' }]
  if (plan.length === 0 || plan.length > MAX_STEPS) {
    return [{ pointer: '', detail: `must hold 1 to ${MAX_STEPS} steps` }]
  }
  const faults: InputFault[] = []
  let before = 0
  for (const [index, step] of plan.entries()) {
    const isLast = index === plan.length - 1
    faults.push(...faultsOfStep(step, `/${index}`, before, isLast))
    if (isObject(step) && typeof step['weightBp'] === 'number') before = step['weightBp']
  }
  return faults
}

function faultsOfStep(
  step: unknown,
  pointer: string,
  before: number,
  isLast: boolean,
): InputFault[] {
  if (!isObject(step)) return [{ pointer, detail: 'must be { weightBp, hold } or { shadow }' }]
  if ('shadow' in step) return shadowStepFaults(step, pointer, { before, isLast })
  return [
    ...unknownKeys(step, pointer, ['weightBp', 'hold']),
    ...weightFaults(step['weightBp'], `${pointer}/weightBp`, before, isLast),
    ...holdFaults(step['hold'], `${pointer}/hold`, isLast),
  ]
}

function weightFaults(
  weight: unknown,
  pointer: string,
  before: number,
  isLast: boolean,
): InputFault[] {
  if (!isWhole(weight, 1, FULL_WEIGHT_BP)) {
    return [{ pointer, detail: `must be a whole number of basis points, 1 to ${FULL_WEIGHT_BP}` }]
  }
  if (isLast && weight !== FULL_WEIGHT_BP) {
    return [{ pointer, detail: `the last step must be ${FULL_WEIGHT_BP}` }]
  }
  if (weight <= before) {
    return [{ pointer, detail: `must be more than the step before, ${before}` }]
  }
  return []
}

function holdFaults(hold: unknown, pointer: string, isLast: boolean): InputFault[] {
  if (!isObject(hold)) {
    return [{ pointer, detail: 'must be { durationMs?, exposures?, evenUnseen? }' }]
  }
  const { durationMs, exposures, evenUnseen } = hold
  const faults = unknownKeys(hold, pointer, ['durationMs', 'exposures', 'evenUnseen'])
  const refuse = (key: string, detail: string) =>
    faults.push({ pointer: `${pointer}${key}`, detail })
  if (durationMs !== undefined && !isWhole(durationMs, 0, MAX_DURATION_MS)) {
    refuse('/durationMs', `must be whole milliseconds, 0 to ${MAX_DURATION_MS}`)
  }
  if (exposures !== undefined && !isWhole(exposures, 1, MAX_EXPOSURES)) {
    refuse('/exposures', `must be a whole number, 1 to ${MAX_EXPOSURES}`)
  }
  if (evenUnseen !== undefined && typeof evenUnseen !== 'boolean') {
    refuse('/evenUnseen', 'must be true or false')
  }
  if (evenUnseen === true && (durationMs === undefined || exposures !== undefined)) {
    refuse('/evenUnseen', 'goes with durationMs and without exposures')
  }
  if (!isLast && durationMs === undefined && exposures === undefined) {
    refuse('', 'must name durationMs, exposures or both')
  }
  return faults
}

function unknownKeys(
  value: Readonly<Record<string, unknown>>,
  pointer: string,
  known: readonly string[],
): InputFault[] {
  return Object.keys(value)
    .filter((key) => !known.includes(key))
    .map((key) => ({
      pointer: pointerTo(pointer, key),
      detail: `is not known; there are ${known.join(', ')}`,
    }))
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isWhole(value: unknown, least: number, most: number): value is number {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most
}

export interface StepProgress {
  readonly now: number
  readonly stepStartedAt: number
  readonly exposuresInStep: number
  readonly verdict: Verdict
}

/** `complete` is `promote`: the step at 100 % has been held and the version becomes stable. */
export interface StepDecision {
  readonly kind: 'hold' | 'advance' | 'complete'
  readonly reason: Localized
}

/** Whether a step has been held long enough. A clock that was set back only makes it longer. */
export function stepDecision(step: Step, progress: StepProgress): StepDecision {
  const { weightBp = 0, hold = {} } = step
  const waiting = waitingFor(hold, progress)
  if (waiting !== undefined) return { kind: 'hold', reason: waiting }
  const seen = progress.exposuresInStep
  const percent = percentOf(weightBp)
  const reason = {
    en: `held at ${percent} as planned: ${seen} ${seen === 1 ? 'call' : 'calls'} of the new version, nothing against it`,
    'zh-CN': `已按计划保持 ${percent}：新版本收到 ${seen} 次调用，未发现问题`,
  }
  return { kind: weightBp >= FULL_WEIGHT_BP ? 'complete' : 'advance', reason }
}

function waitingFor(hold: Hold, progress: StepProgress): Localized | undefined {
  const { now, stepStartedAt, exposuresInStep, verdict } = progress
  if (verdict === 'stop') {
    return { en: 'the judge stops this version', 'zh-CN': '判定器要求停止该版本' }
  }
  if (verdict === 'suspect') {
    return {
      en: 'something looks wrong with the new version that cannot be proven: promote or abort it by hand',
      'zh-CN': '新版本疑似异常但无法证实：请人工决定转正或中止',
    }
  }
  const leftMs = (hold.durationMs ?? 0) - Math.max(0, now - stepStartedAt)
  if (leftMs > 0) {
    const leftS = Math.ceil(leftMs / 1000)
    return { en: `${leftS} s of the hold are left`, 'zh-CN': `本步骤还需保持 ${leftS} 秒` }
  }
  const needed = hold.exposures ?? (hold.evenUnseen === true ? 0 : 1)
  if (exposuresInStep >= needed) return undefined
  if (exposuresInStep === 0) {
    return {
      en: 'no call has reached the new version in this step, and no data is never success',
      'zh-CN': '本步骤中新版本尚未收到调用；没有数据不等于成功',
    }
  }
  return {
    en: `${exposuresInStep} of ${needed} calls of the new version so far`,
    'zh-CN': `新版本已收到 ${exposuresInStep} / ${needed} 次调用`,
  }
}

/** Basis points as people read them: 100 → `1 %`, 2550 → `25.5 %`. */
export function percentOf(weightBp: number): string {
  return `${weightBp / 100} %`
}
