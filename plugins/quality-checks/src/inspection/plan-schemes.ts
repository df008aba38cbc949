import type { Context } from '@signalbox/sdk'
import { schemeTables } from '../sampling/scheme-store.ts'
import type { SchemeTables } from '../sampling/scheme-tables.ts'
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
