import type { Context } from '@signalbox/sdk'
import { firstState } from '../sampling/next-severity.ts'
import { schemeTables } from '../sampling/scheme-store.ts'
import type { SchemeTables } from '../sampling/scheme-tables.ts'
import { drawTests, switchingKey } from './draw-tests.ts'
import { type PlanDefinition, samplingOf } from './plan-definition.ts'

export type Schemes = ReadonlyMap<string, SchemeTables>

/**
 * The tables that a plan samples by; only those that the tenant has loaded are read.
 * @throws SCHEME_UNKNOWN
 */
export async function schemesOf(
  ctx: Pick<Context, 'db'>,
  plan: PlanDefinition | null,
): Promise<Schemes> {
  const named = (plan?.characteristics ?? []).flatMap((characteristic) => {
    const { kind, scheme } = samplingOf(plan as PlanDefinition, characteristic)
    return kind === 'aql' && scheme !== undefined ? [scheme] : []
  })
  const schemes = new Map<string, SchemeTables>()
  for (const scheme of new Set(named)) schemes.set(scheme, await schemeTables(ctx, scheme))
  return schemes
}

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
