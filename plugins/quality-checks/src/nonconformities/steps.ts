import { Refusal } from '@signalbox/sdk'
import { daysAfter } from '../calendar/days.ts'
import { eightDSteps, type StepId, stepIds } from './eight-d-steps.ts'
import type { Evidence, Nonconformity, Step } from './nonconformity.ts'
import { type NonconformitySettings, needsEvidence } from './nonconformity-settings.ts'
import { type StepCommand, stepTransitions } from './step-lifecycle.ts'

interface StepOrder {
  readonly step?: StepId
  readonly summary?: string
  readonly reason?: string
}

interface StepScene {
  readonly by: string
  readonly now: string
  readonly settings: NonconformitySettings
}

/** @throws EIGHT_D_NOT_STARTED, STEP_MISSING */
export function stepOf({ number, steps }: Nonconformity, id: StepId | undefined): Step {
  if (id === undefined) throw new Refusal('STEP_MISSING', 'Name the step, D0 to D8, in `step`.')
  const found = steps.find(({ step }) => step === id)
  if (found !== undefined) return found
  throw new Refusal('EIGHT_D_NOT_STARTED', `${number} has no 8D report; begin by \`startEightD\`.`)
}

/** A nonconformity after a command to one of its steps. @throws STEP_NOT_POSSIBLE and what the checks below throw */
export function withStep(
  one: Nonconformity,
  command: StepCommand,
  order: StepOrder,
  scene: StepScene,
): Nonconformity {
  const step = stepOf(one, order.step)
  const { from, to } = stepTransitions[command]
  if (!from.includes(step.state)) {
    throw new Refusal(
      'STEP_NOT_POSSIBLE',
      `${step.step} is ${step.state}: it cannot be ${to === 'open' ? 'opened again' : to}.`,
    )
  }
  if (command === 'reopen') {
    const steps = reopenedSteps(one.steps, withFollowers(step.step), scene.now, scene.settings)
    return { ...one, steps, verification: { ...one.verification, since: null, proof: null } }
  }
  if (command === 'skip') requireSkippable(step)
  else requireComplete(one, step, order, scene.settings)
  const summary = (command === 'skip' ? order.reason : order.summary) ?? step.summary
  const changed = { ...step, state: to, doneAt: scene.now, doneBy: scene.by, summary }
  const steps = replaced(one.steps, changed)
  // Lots count from the moment at which the action is in place, which may be long before the report is written.
  const isInPlace = step.step === 'D6'
  const verification = isInPlace ? { ...one.verification, since: scene.now } : one.verification
  return { ...one, steps, verification }
}

function requireSkippable({ step }: Step): void {
  if (!eightDSteps[step].optional) {
    throw new Refusal('STEP_REQUIRED', `${step} cannot be skipped; complete it.`)
  }
}

/** @throws STEP_TOO_EARLY, SUMMARY_MISSING, EVIDENCE_MISSING */
function requireComplete(
  { steps }: Nonconformity,
  { step, evidence, summary }: Step,
  order: StepOrder,
  settings: NonconformitySettings,
): void {
  const { after } = eightDSteps[step]
  const open = steps.filter((one) => after.includes(one.step) && one.state === 'open')
  if (open.length > 0) {
    const ids = open.map((one) => one.step).join(', ')
    throw new Refusal('STEP_TOO_EARLY', `${step} comes after ${ids}, which is not over.`)
  }
  if ((order.summary ?? summary ?? '').trim() === '') {
    throw new Refusal('SUMMARY_MISSING', `Say in \`summary\` what was found or done in ${step}.`)
  }
  if (needsEvidence(step, settings) && evidence.length === 0) {
    throw new Refusal('EVIDENCE_MISSING', `${step} needs evidence; add it by \`addEvidence\`.`)
  }
}

/** A step and all that follow from it, directly or not. */
function withFollowers(step: StepId): readonly StepId[] {
  const found = new Set([step])
  // In the order of the disciplines each stands behind those that it follows from.
  for (const id of stepIds) {
    if (eightDSteps[id].after.some((earlier) => found.has(earlier))) found.add(id)
  }
  return [...found]
}

/** Those of `ids` that are over are open again in a new round, with their days from now; what was proven stays to be read. */
export function reopenedSteps(
  steps: readonly Step[],
  ids: readonly StepId[],
  now: string,
  { dueDays }: Pick<NonconformitySettings, 'dueDays'>,
): readonly Step[] {
  return steps.map((step) => {
    if (!ids.includes(step.step) || step.state === 'open') return step
    const dueAt = daysAfter(now, dueDays[step.step])
    const over = { doneAt: null, doneBy: null, overdueLevel: 0, evidence: [] }
    return { ...step, ...over, state: 'open', round: step.round + 1, dueAt }
  })
}

export function replaced(steps: readonly Step[], changed: Step): readonly Step[] {
  return steps.map((step) => (step.step === changed.step ? changed : step))
}

/** More would be a folder, and the row of a step is read whole. */
const MAX_EVIDENCE = 50

/** @throws EVIDENCE_TOO_MUCH, STEP_NOT_POSSIBLE */
export function withEvidence(one: Nonconformity, id: StepId, evidence: Evidence): Nonconformity {
  const step = stepOf(one, id)
  if (one.state === 'closed' || one.state === 'cancelled') {
    throw new Refusal('STEP_NOT_POSSIBLE', `${one.number} is ${one.state}; reopen it first.`)
  }
  if (step.evidence.length >= MAX_EVIDENCE) {
    throw new Refusal('EVIDENCE_TOO_MUCH', `${id} has ${MAX_EVIDENCE} pieces of evidence already.`)
  }
  return { ...one, steps: replaced(one.steps, { ...step, evidence: [...step.evidence, evidence] }) }
}
