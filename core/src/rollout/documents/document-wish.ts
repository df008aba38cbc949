import type { InputFault } from '@signalbox/sdk/errors'
import type { CohortBy } from '../cohorts/cohort.ts'
import { memberFaults, noLists } from '../cohorts/cohort-lists.ts'
import { emptyAnalysis } from '../judge/analysis-plan.ts'
import { defaultPlan } from '../plan/default-plans.ts'
import { isApproval, isWeightStep, type Step, stepFaults } from '../plan/steps.ts'
import type { NewRollout } from '../rollout-store.ts'

/** What a plugin wants to release; the schema of the host call has let it through. */
export interface DocumentWish {
  readonly kind: string
  readonly id: string
  readonly from: string
  readonly to: string
  readonly steps?: unknown
  readonly callsPerDay?: number
  readonly cohortBy?: CohortBy
  readonly deny?: unknown
  readonly allow?: unknown
}

/** Of a rollout what its wish decides. */
type Planned = Pick<NewRollout, 'cohortBy' | 'keys' | 'lists' | 'steps' | 'analysis' | 'planChoice'>

/**
 * The plan of a wish, or its faults with their places. Pure. A plugin releases by weights, and may ask its own
 * tenant's admin: gates, shadows and stored cohorts are the operator's, and name what is not the plugin's to know.
 */
export function documentPlan(
  wish: DocumentWish,
  tenant: string,
): { readonly plan: Planned } | { readonly faults: readonly InputFault[] } {
  const { cohortBy = 'request', deny = [], allow = [], from, to } = wish
  const faults = [
    ...(from === to ? [{ pointer: '/to', detail: 'must be another version than from' }] : []),
    ...ownMembers(deny, '/deny', tenant),
    ...ownMembers(allow, '/allow', tenant),
    ...(wish.steps === undefined ? [] : ownSteps(wish.steps, tenant)),
  ]
  if (faults.length > 0) return { faults }
  const lists = { ...noLists, deny: deny as string[], allow: allow as string[] }
  const common = { cohortBy, keys: {}, lists, analysis: emptyAnalysis }
  if (wish.steps !== undefined) {
    return { plan: { ...common, steps: wish.steps as Step[], planChoice: null } }
  }
  const { steps, choice } = defaultPlan(wish.callsPerDay)
  return { plan: { ...common, steps, planChoice: choice } }
}

function ownSteps(steps: unknown, tenant: string): InputFault[] {
  const faults = stepFaults(steps).map((one) => ({ ...one, pointer: `/steps${one.pointer}` }))
  if (faults.length > 0) return faults
  return (steps as readonly Step[]).flatMap((step, index) => {
    const pointer = `/steps/${index}`
    if (isApproval(step)) {
      if (step.approve.tenant === tenant) return []
      return [{ pointer: `${pointer}/approve/tenant`, detail: 'must be the tenant of the call' }]
    }
    if (isWeightStep(step) && step.cohort === undefined) return []
    return [{ pointer, detail: 'must have weightBp and no cohort, or approve' }]
  })
}

function ownMembers(members: unknown, pointer: string, tenant: string): InputFault[] {
  const faults = memberFaults(members, pointer)
  if (faults.length > 0) return faults
  return (members as readonly string[]).flatMap((member, index) => {
    const [, name = ''] = member.split(':', 2)
    return name.startsWith(`${tenant}/`)
      ? []
      : [{ pointer: `${pointer}/${index}`, detail: 'must be of the tenant of the call' }]
  })
}
