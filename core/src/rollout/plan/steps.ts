import type { InputFault } from '@signalbox/sdk/errors'
import { FULL_WEIGHT_BP } from '../cohorts/cohort.ts'
import { proofFaults } from '../judge/noninferior.ts'
import { type ShadowPlan, shadowFaults } from '../shadow/shadow-plan.ts'
import { type ApprovalStep, approvalFaults } from './approval.ts'
import { type Gate, type GateStep, gateFaults } from './gate.ts'
import { type Hook, type HookStep, hookFaults } from './hook.ts'
import { isName, isObject, isWhole, unknownKeys } from './plan-faults.ts'

/** What a step waits for. All that is named must be met; the judge may stop it at any moment before. */
export interface Hold {
  readonly durationMs?: number
  /** Calls that the canary was given in this step. */
  readonly exposures?: number
  /** Distinct cohort keys that the canary was given in this step; see unit-sketch.ts. */
  readonly units?: number
  /** Go on by time though no call came. Without it, no data is never success. */
  readonly evenUnseen?: boolean
  /** After this long without what is named the rollout is paused for a person to look. */
  readonly mostMs?: number
  /** Go on only with proof that it fails less than `rMax` times as often; see noninferior.ts. */
  readonly evidence?: 'noninferior'
  readonly rMax?: number
}

/** Gives the canary a share of the calls and holds it. */
export interface WeightStep {
  readonly weightBp: number
  readonly hold: Hold
  /** Given to the canary from here on, whatever the weight: the name of a stored cohort. */
  readonly cohort?: string
  /** At 100 %: how long the old version is kept beside it, and the judge on, before it becomes stable. */
  readonly bake?: { readonly durationMs: number }
}

/** A step is of the kind that its key names; all but a weight keep the weight that was before. */
export type Step = WeightStep | ApprovalStep | GateStep | HookStep | ShadowStep

/** The new version answers copies of calls, and nobody is given its answers; see shadow/. */
export interface ShadowStep {
  readonly shadow: ShadowPlan
}

/** More steps than anybody reads; keeps a plan below 4 KB, inputs of gates apart. */
const MAX_STEPS = 50
/** Thirty days: a rollout that waits longer for one step is forgotten, not careful. */
const MAX_DURATION_MS = 30 * 86_400_000
const MAX_EXPOSURES = 1_000_000_000
const MAX_UNITS = 1_000_000

/**
 * Exposures from what the judge needs to see: a version that fails one call in ten is stopped within 30 calls
 * at 1 %, one in 30 within 100 at 5 %, one in 50 within 300 at 25 % and 600 at 50 %. At 100 % no call goes to
 * stable first, so that only what stable must answer for still counts: it ends with the first call served.
 */
export const defaultSteps: readonly WeightStep[] = [
  { weightBp: 100, hold: { durationMs: 120_000, exposures: 30 } },
  { weightBp: 500, hold: { durationMs: 120_000, exposures: 100 } },
  { weightBp: 2500, hold: { durationMs: 300_000, exposures: 300 } },
  { weightBp: 5000, hold: { durationMs: 300_000, exposures: 600 } },
  { weightBp: FULL_WEIGHT_BP, hold: {} },
]

export function isWeightStep(step: Step): step is WeightStep {
  return 'weightBp' in step
}

export function isApproval(step: Step | undefined): step is ApprovalStep {
  return step !== undefined && 'approve' in step
}

export function isGate(step: Step | undefined): step is GateStep {
  return step !== undefined && 'gate' in step
}

export function isHook(step: Step | undefined): step is HookStep {
  return step !== undefined && 'hook' in step
}

/** Whom a step asks by itself, and goes on by what is said; undefined: nobody. */
export function askedBy(step: Step | undefined): Gate | Hook | undefined {
  if (isGate(step)) return step.gate
  return isHook(step) ? step.hook : undefined
}

/** The tenant whose word or service a step waits for; null: none. */
export function whoIsAsked(step: Step | undefined): string | null {
  if (isApproval(step)) return step.approve.tenant
  return isGate(step) ? step.gate.tenant : null
}

export function shadowOf(step: Step | undefined): ShadowPlan | undefined {
  return step !== undefined && 'shadow' in step ? step.shadow : undefined
}

/** Where a step stands in its plan. */
interface Place {
  readonly pointer: string
  /** The weight before it. */
  readonly before: number
  readonly isLast: boolean
  readonly next: unknown
  /** A step before it gives calls to the canary. */
  readonly isShared: boolean
}

type Kind = (step: Readonly<Record<string, unknown>>, place: Place) => InputFault[]

/** Kinds of steps by the key that names them. */
const kinds: Readonly<Record<string, Kind>> = {
  weightBp: (step, { pointer, before, isLast }) => [
    ...unknownKeys(step, pointer, ['weightBp', 'hold', 'cohort', 'bake']),
    ...weightFaults(step, pointer, before, isLast),
    ...cohortFaults(step['cohort'], `${pointer}/cohort`),
    ...bakeFaults(step['bake'], `${pointer}/bake`, isLast),
    ...holdFaults(step['hold'], `${pointer}/hold`, isLast),
    ...(isObject(step['hold'])
      ? proofFaults(step['hold'], `${pointer}/hold`, step['weightBp'])
      : []),
  ],
  approve: (step, { pointer, next }) => [
    ...unknownKeys(step, pointer, ['approve']),
    ...approvalFaults(step['approve'], `${pointer}/approve`),
    ...approvalPlaceFaults(next, pointer),
  ],
  gate: (step, { pointer }) => [
    ...unknownKeys(step, pointer, ['gate']),
    ...gateFaults(step['gate'], `${pointer}/gate`),
  ],
  hook: (step, { pointer }) => [
    ...unknownKeys(step, pointer, ['hook']),
    ...hookFaults(step['hook'], `${pointer}/hook`),
  ],
  shadow: (step, { pointer, isShared }) => [
    ...unknownKeys(step, pointer, ['shadow']),
    ...shadowFaults(step['shadow'], `${pointer}/shadow`, isShared),
  ],
}

/** Faults of a plan from outside, each with its place; none: it is a `Step[]`. */
export function stepFaults(plan: unknown): readonly InputFault[] {
  if (!Array.isArray(plan)) return [{ pointer: '', detail: 'must be a list of steps' }]
  if (plan.length === 0 || plan.length > MAX_STEPS) {
    return [{ pointer: '', detail: `must hold 1 to ${MAX_STEPS} steps` }]
  }
  const faults: InputFault[] = []
  let before = 0
  let isShared = false
  for (const [index, step] of plan.entries()) {
    const isLast = index === plan.length - 1
    faults.push(
      ...faultsOfStep(step, {
        pointer: `/${index}`,
        before,
        isLast,
        next: plan[index + 1],
        isShared,
      }),
    )
    if (isObject(step) && typeof step['weightBp'] === 'number') {
      before = step['weightBp']
      isShared = true
    }
  }
  return faults
}

function faultsOfStep(step: unknown, place: Place): InputFault[] {
  const { pointer, isLast } = place
  const names = Object.keys(kinds)
  if (!isObject(step)) return [{ pointer, detail: `must be an object with ${names.join(' or ')}` }]
  const named = names.filter((name) => Object.hasOwn(step, name))
  const [name] = named
  if (name === undefined || named.length > 1) {
    return [{ pointer, detail: `must have one of ${names.join(', ')}` }]
  }
  if (isLast && name !== 'weightBp') {
    return [{ pointer, detail: `the last step must have weightBp ${FULL_WEIGHT_BP}` }]
  }
  return (kinds[name] as Kind)(step, place)
}

function weightFaults(
  step: Readonly<Record<string, unknown>>,
  at: string,
  before: number,
  isLast: boolean,
): InputFault[] {
  const pointer = `${at}/weightBp`
  const { weightBp: weight, cohort } = step
  const least = cohort === undefined ? 1 : 0
  if (!isWhole(weight, least, FULL_WEIGHT_BP)) {
    const range = `${least} to ${FULL_WEIGHT_BP}`
    return [{ pointer, detail: `must be a whole number of basis points, ${range}` }]
  }
  if (isLast && weight !== FULL_WEIGHT_BP) {
    return [{ pointer, detail: `the last step must be ${FULL_WEIGHT_BP}` }]
  }
  if (weight < before || (weight === before && cohort === undefined)) {
    return [{ pointer, detail: `must be more than the step before, ${before}` }]
  }
  return []
}

function cohortFaults(cohort: unknown, pointer: string): InputFault[] {
  if (cohort === undefined || isName(cohort)) return []
  return [{ pointer, detail: 'must be the name of a stored cohort' }]
}

function bakeFaults(bake: unknown, pointer: string, isLast: boolean): InputFault[] {
  if (bake === undefined) return []
  if (!isLast) return [{ pointer, detail: 'only the last step bakes' }]
  if (!isObject(bake)) return [{ pointer, detail: 'must be { durationMs }' }]
  const faults = unknownKeys(bake, pointer, ['durationMs'])
  if (isWhole(bake['durationMs'], 1, MAX_DURATION_MS)) return faults
  const detail = `must be whole milliseconds, 1 to ${MAX_DURATION_MS}`
  return [...faults, { pointer: `${pointer}/durationMs`, detail }]
}

/** An approval is the last gate before a weight rises: nothing may still have to happen after it was given. */
function approvalPlaceFaults(next: unknown, pointer: string): InputFault[] {
  if (next === undefined || (isObject(next) && Object.hasOwn(next, 'weightBp'))) return []
  return [{ pointer, detail: 'an approval is the last gate: a step with weightBp must follow' }]
}

const holdKeys = ['durationMs', 'exposures', 'units', 'evenUnseen', 'mostMs', 'evidence', 'rMax']

function holdFaults(hold: unknown, pointer: string, isLast: boolean): InputFault[] {
  if (!isObject(hold)) {
    return [{ pointer, detail: `must be { ${holdKeys.map((key) => `${key}?`).join(', ')} }` }]
  }
  const { durationMs, evenUnseen } = hold
  const least = typeof durationMs === 'number' ? durationMs + 1 : 1
  const faults = [
    ...unknownKeys(hold, pointer, holdKeys),
    ...wholeFaults(hold, pointer, 'durationMs', { least: 0, most: MAX_DURATION_MS }),
    ...wholeFaults(hold, pointer, 'exposures', { least: 1, most: MAX_EXPOSURES }),
    ...wholeFaults(hold, pointer, 'units', { least: 1, most: MAX_UNITS }),
    ...wholeFaults(hold, pointer, 'mostMs', { least, most: MAX_DURATION_MS }),
  ]
  const refuse = (key: string, detail: string) =>
    faults.push({ pointer: `${pointer}${key}`, detail })
  if (evenUnseen !== undefined && typeof evenUnseen !== 'boolean') {
    refuse('/evenUnseen', 'must be true or false')
  }
  const asksCalls = hold['exposures'] !== undefined || hold['units'] !== undefined
  if (evenUnseen === true && (durationMs === undefined || asksCalls)) {
    refuse('/evenUnseen', 'goes with durationMs and without exposures and units')
  }
  if (!isLast && durationMs === undefined && !asksCalls && hold['evidence'] === undefined) {
    refuse('', 'must name durationMs, exposures, units or evidence')
  }
  return faults
}

function wholeFaults(
  hold: Readonly<Record<string, unknown>>,
  pointer: string,
  key: string,
  { least, most }: { readonly least: number; readonly most: number },
): InputFault[] {
  const value = hold[key]
  if (value === undefined || isWhole(value, least, most)) return []
  return [{ pointer: `${pointer}/${key}`, detail: `must be a whole number, ${least} to ${most}` }]
}
