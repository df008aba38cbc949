import type { RolloutDescription } from '../describe-rollout.ts'
import { isHook, isWeightStep, type Step, whoIsAsked } from './steps.ts'

/**
 * What an approver of a tenant decides upon. Each part is named here, so that nothing is shown for being new: lists,
 * cohorts and the words of others' gates name other tenants, and who knows the salt knows whom a draw meets.
 */
export function approverView(rollout: RolloutDescription, tenant: string) {
  const { id, plugin, kind, document, from, to, state, revision, group } = rollout
  const { step, stepStartedAt, weightBp, cohortBy, startedBy, createdAt, updatedAt } = rollout
  const { calls, events, evidence, shadow, units, waiting, asks } = rollout
  return {
    ...{ id, plugin, kind, document, from, to, state, revision, group },
    ...{ step, stepStartedAt, weightBp, cohortBy, startedBy, createdAt, updatedAt },
    ...{ calls, events, evidence, shadow, units, waiting, asks },
    steps: rollout.steps.map((one) => stepFor(one, tenant)),
  }
}

/** Of a step that asks another tenant only its kind. */
function stepFor(step: Step, tenant: string): object {
  if (isWeightStep(step)) {
    const { cohort, ...weight } = step
    return weight
  }
  const asked = whoIsAsked(step)
  // An address is the operator's, and may open what it names.
  if (!isHook(step) && (asked === null || asked === tenant)) return step
  return Object.fromEntries(Object.keys(step).map((kind) => [kind, {}]))
}
