import { builtInScheme } from './built-in-schemes.ts'
import type { AttributePlan, PlanRequest } from './plan-types.ts'
import { planFor } from './sampling-plan.ts'
import type { SchemeTables } from './scheme-tables.ts'

/** Points of a lot that did well, and of one whose plan accepts at most one (ISO 2859-1, 9.3.3.2). */
const GAIN = 3
const GAIN_OF_SMALL_PLANS = 2
const LARGEST_SMALL_ACCEPT = 1
/** A multiple plan does well by the third sample, a double one by the first. */
const LAST_GOOD_STAGE = { single: 0, double: 0, multiple: 2 } as const

/**
 * What a lot adds to the switching score; 0 sets the score back to 0.
 *
 * A single plan that accepts 2 or more gains only where the lot would have been accepted at the next smaller AQL too.
 * @param stage at which the lot was accepted, counted from 0.
 */
export function scoreGain(
  request: PlanRequest,
  plan: AttributePlan,
  stage: number,
  nonconforming: number,
  tables?: SchemeTables,
): number {
  const numbers = plan.stages[stage]
  const accept = numbers?.accept ?? -1
  if (nonconforming > accept) return 0
  if (plan.type !== 'single') return stage <= LAST_GOOD_STAGE[plan.type] ? GAIN : 0
  if (accept <= LARGEST_SMALL_ACCEPT) return GAIN_OF_SMALL_PLANS
  const tighter = tighterAql(request, tables)
  if (tighter === undefined) return 0
  const stricter = planFor({ ...request, type: 'single', aql: tighter }, tables)
  return nonconforming <= (stricter.stages[0]?.accept ?? -1) ? GAIN : 0
}

function tighterAql({ scheme, aql }: PlanRequest, tables?: SchemeTables): number | undefined {
  const aqls = (tables ?? builtInScheme(scheme))?.aqls ?? []
  return aqls[aqls.indexOf(aql) - 1]
}
