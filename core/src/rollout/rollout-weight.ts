import type { Cohort, CohortBy } from './cohorts/cohort.ts'
import type { CohortKeys, CohortLists } from './cohorts/cohort-lists.ts'
import { isWeightStep, type Step, type WeightStep } from './plan/steps.ts'
import { type RolloutState, sharingStates } from './rollout-states.ts'

interface Stand {
  readonly state: RolloutState
  readonly step: number
  readonly steps: readonly Step[]
}

/** Weight steps that it has come to, while it shares at all; an approval or a gate keeps what was before it. */
function reached({ state, step, steps }: Stand): readonly WeightStep[] {
  return sharingStates.includes(state) ? steps.slice(0, step + 1).filter(isWeightStep) : []
}

/** Basis points of the calls that the canary is given now. */
export function weightOf(rollout: Stand): number {
  return reached(rollout).at(-1)?.weightBp ?? 0
}

interface Planned extends Stand {
  readonly salt: string
  readonly cohortBy: Cohort['cohortBy']
  readonly keys: CohortKeys
  readonly lists: CohortLists
}

/**
 * Which calls try the new version now. Before the first weight that is nobody, whoever is listed; who is denied is
 * so from the start, for a shadow step asks too.
 */
export function cohortOf(rollout: Planned): Cohort {
  const { salt, cohortBy, keys, lists } = rollout
  const steps = reached(rollout)
  const judgedAs = judgedAsOf({ cohortBy, steps: rollout.steps, allow: lists.allow })
  const cohort = { salt, cohortBy, weightBp: weightOf(rollout), judgedAs }
  const isBefore = steps.length === 0
  if (isBefore && lists.deny.length === 0) return cohort
  const named = new Map(
    steps.flatMap(({ cohort: name }) =>
      name === undefined
        ? []
        : (lists.cohorts[name] ?? []).map((member) => [member, name] as const),
    ),
  )
  const isListed = lists.deny.length + lists.allow.length + named.size > 0
  return {
    ...cohort,
    ...(Object.keys(keys).length === 0 ? {} : { keys }),
    ...(isListed
      ? { lists: { deny: new Set(lists.deny), allow: new Set(isBefore ? [] : lists.allow), named } }
      : {}),
  }
}

/**
 * Members of lists bring their own payloads, as a tenant does that stays on one version: what is drawn one by one then
 * is no fair comparison any more. Decided for the whole plan, whichever step it is in and after its end: the judge's
 * weights are fixed before the start, and evidence of an earlier step is not weighed in another way later.
 */
export function judgedAsOf({
  cohortBy,
  steps,
  allow,
}: {
  readonly cohortBy: CohortBy
  readonly steps: readonly Step[]
  readonly allow: readonly string[]
}): CohortBy {
  const isMixed =
    allow.length > 0 || steps.some((step) => isWeightStep(step) && step.cohort !== undefined)
  return cohortBy === 'request' && isMixed ? 'tenant' : cohortBy
}
