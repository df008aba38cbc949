import type { RolloutPlan } from '../plan/plan-rollout.ts'
import { isWeightStep } from '../plan/steps.ts'
import { cohortOf } from '../rollout-weight.ts'
import { type Snapshot, serviceKey } from '../routing/snapshot.ts'
import { assign, type CohortBy } from './cohort.ts'
import type { CohortLists } from './cohort-lists.ts'

/** Who asks: what a call would be known by. */
export interface PreviewedCall {
  readonly tenant: string
  readonly app?: string
  readonly subject?: string
  readonly unit?: string
  readonly entity?: string
}

export interface PreviewedCohort {
  readonly call: PreviewedCall
  /**
   * Index of the first step in which all its calls have the new version; null: in none. Between, calls that are
   * drawn one by one have it by chance.
   */
  readonly fromStep: number | null
  readonly steps: readonly {
    readonly step: number
    readonly weightBp: number
    /** `drawn`: each call by itself. */
    readonly has: 'old' | 'new' | 'drawn'
    /** Why; see Assignment. */
    readonly by: string
  }[]
}

export const MOST_PREVIEWED = 50

/** Which of them would have the new version at each step that draws calls. The salt decides: another one draws anew. */
export function previewCohorts(
  plan: RolloutPlan,
  lists: CohortLists,
  salt: string,
  calls: readonly PreviewedCall[],
): readonly PreviewedCohort[] {
  const { steps, cohortBy } = plan
  return calls.map((call) => {
    const rows = steps.flatMap((step, index) => {
      if (!isWeightStep(step)) return []
      const stand = { state: 'running', step: index, steps } as const
      const cohort = cohortOf({ ...stand, salt, cohortBy, keys: {}, lists })
      const { arm, by } = assign(cohort, { requestId: '', ...call })
      const isDrawn = cohortBy === 'request' && by === 'keyless'
      const has = isDrawn ? 'drawn' : arm === 'canary' ? 'new' : 'old'
      const { weightBp } = step
      return [{ step: index, weightBp, has, by: isDrawn ? 'draw' : by } as const]
    })
    return { call, fromStep: rows.find(({ has }) => has === 'new')?.step ?? null, steps: rows }
  })
}

/** Apps, or tenants, that may call the plugin now: who is looked at where nobody is named. */
export function knownCallers(
  { providers, subscriptions }: Snapshot,
  plugin: string,
  cohortBy: CohortBy,
): readonly PreviewedCall[] {
  const known = new Map<string, PreviewedCall>()
  for (const { state, service, major, tenant, app } of subscriptions.values()) {
    if (state !== 'active' || providers.get(serviceKey(service, major)) !== plugin) continue
    const isByTenant = cohortBy === 'tenant'
    known.set(isByTenant ? tenant : `${tenant}/${app}`, isByTenant ? { tenant } : { tenant, app })
  }
  const sorted = [...known].sort(([one], [other]) => (one < other ? -1 : 1))
  return sorted.slice(0, MOST_PREVIEWED).map(([, call]) => call)
}
