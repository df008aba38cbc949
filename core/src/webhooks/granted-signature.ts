import { grantsOf, type Snapshot } from '../rollout/snapshot.ts'
import type { Hook } from './hook-store.ts'

/** How the sender must sign, as the tenant's admin granted it for the path; undefined: nothing is received there. */
export function grantedSignature(
  snapshot: Snapshot,
  { tenant, plugin, path }: Hook,
): string | undefined {
  const grant = grantsOf(snapshot, tenant, plugin).find(
    ({ capability, parameters }) => capability === 'http:receive' && parameters.path === path,
  )
  return grant?.parameters.signature as string | undefined
}
