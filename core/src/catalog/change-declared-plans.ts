import { isDeepStrictEqual } from 'node:util'
import type { DeclaredPlan } from '@signalbox/sdk/plan-terms'
import type { Knex } from 'knex'
import type { PlanTerms } from './plan.ts'
import { insertNextVersion, lockPlan, type Plan } from './plan-store.ts'

/**
 * A version that declares other terms of a plan than the one before it was installed by whoever accepted these: they are
 * offered from now on. A plan that is not as the version before declared it is the operator's, and stays. Who has the plan
 * keeps the version agreed to, as with any change of one.
 */
export async function changeDeclaredPlans(
  trx: Knex.Transaction,
  service: { readonly id: string; readonly major: number },
  before: readonly DeclaredPlan[],
  now: readonly DeclaredPlan[],
): Promise<void> {
  for (const { name, ...plan } of now) {
    const old = before.find((one) => one.name === name)
    const offered = old === undefined ? undefined : await lockPlan(trx, service, name, 'change')
    if (old === undefined || offered === undefined || offered.status === 'closed') continue
    const [known, wanted] = [termsOnly(offered), termsOnly(plan)]
    if (!isDeepStrictEqual(known, termsOnly(old)) || isDeepStrictEqual(known, wanted)) continue
    const { id, major } = service
    await insertNextVersion(
      trx,
      { service: id, major, plan: name, version: offered.version + 1 },
      wanted,
    )
  }
}

type Named = PlanTerms & Partial<Pick<Plan, 'name' | 'version' | 'status'>>

function termsOnly(plan: Named & Partial<Pick<DeclaredPlan, 'service' | 'label'>>): PlanTerms {
  const { name: _n, version: _v, status: _st, service: _se, label: _l, ...terms } = plan
  return terms
}
