import type { PlanScope } from './plan-definition.ts'

/** Order of what counts more: a plan for the item wins over one for the supplier, that over one for the operation. */
const weights: readonly (readonly [keyof PlanScope, number])[] = [
  ['item', 4],
  ['supplier', 2],
  ['operation', 1],
]

/** What has arrived or was made. */
export interface Occasion {
  readonly item: string
  readonly supplier: string
  readonly operation: string
}

/** The most specific of the plans that fit; no two current plans have the same scope, so none is equally specific. */
export function choosePlan<Plan extends { readonly scope: PlanScope }>(
  plans: readonly Plan[],
  occasion: Occasion,
): Plan | undefined {
  const ranked = plans.map((plan) => ({ plan, rank: rankOf(plan.scope, occasion) }))
  const fitting = ranked.filter(({ rank }) => rank >= 0).sort((a, b) => b.rank - a.rank)
  return fitting[0]?.plan
}

function rankOf(scope: PlanScope, occasion: Occasion): number {
  let rank = 0
  for (const [name, weight] of weights) {
    const wanted = scope[name] ?? ''
    if (wanted === '') continue
    if (wanted !== occasion[name]) return -1
    rank += weight
  }
  return rank
}
