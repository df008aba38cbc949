import type { Context, Statement } from '@signalbox/sdk'
import { nowText } from '../calls/instant-text.ts'
import { choosePlan } from '../inspection/choose-plan.ts'
import { contributedPlans, isApplied } from '../inspection/contributed-plans.ts'
import { type CandidatePlan, contributedStatement, findVersions } from '../inspection/plan-store.ts'
import { isSameDefinition } from '../inspection/same-definition.ts'
import type { LotArrival } from './lot-arrival.ts'

interface FoundPlan {
  readonly plan: CandidatePlan
  /** Keeps the plan as it is now: its plugin may change or go, and the inspection keeps what it began with. */
  readonly statements: readonly Statement[]
}

/** The plan of another plugin for an arrival that no plan of the tenant is for. */
export async function contributedFor(
  arrival: LotArrival,
  ctx: Context,
): Promise<FoundPlan | undefined> {
  const applied = (await contributedPlans(ctx)).filter(({ definition }) =>
    isApplied(definition.scope),
  )
  const candidates = applied.map((one) => ({ ...one, scope: one.definition.scope }))
  const found = choosePlan(candidates, arrival)
  if (found === undefined) return undefined
  const { plan, definition, scope } = found
  const [newest] = await findVersions(ctx, plan)
  if (newest !== undefined && isSameDefinition(newest.definition, definition)) {
    return { plan: { plan, version: newest.version, definition, scope }, statements: [] }
  }
  const version = (newest?.version ?? 0) + 1
  const kept = contributedStatement(ctx.tenant, { plan, version, definition }, nowText(ctx))
  return { plan: { plan, version, definition, scope }, statements: [kept] }
}
