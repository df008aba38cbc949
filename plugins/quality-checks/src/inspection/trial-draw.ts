import { firstState } from '../sampling/next-severity.ts'
import { drawTests, switchingKey } from './draw-tests.ts'
import type { PlanDefinition } from './plan-definition.ts'
import type { Schemes } from './plan-schemes.ts'

/** A lot as good as any to see whether its scheme has a plan for each limit. */
const TRIAL_LOT = 1000

/** A limit or a table that the scheme has not is found now, and not when goods wait at the gate. */
export function requireSchemes(plan: PlanDefinition, schemes: Schemes): void {
  const severities = [
    'normal',
    'tightened',
    ...(plan.allowReduced ? ['reduced' as const] : []),
  ] as const
  for (const severity of severities) {
    const state = { ...firstState, severity }
    const keys = plan.characteristics.flatMap(({ id, classes }) =>
      classes.map((entry) => [switchingKey(id, entry.class), state] as const),
    )
    drawTests(plan, TRIAL_LOT, { schemes, grade: undefined, switching: new Map(keys) })
  }
}
