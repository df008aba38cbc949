import { type Grant, grantsOf, type Snapshot } from '../rollout/routing/snapshot.ts'
import type { Hook } from './hook-store.ts'

/** What the tenant's admin granted for the path; undefined: nothing is received there. */
export function receiveGrant(
  snapshot: Snapshot,
  { tenant, plugin, path }: Hook,
): Grant | undefined {
  return grantsOf(snapshot, tenant, plugin).find(
    ({ capability, parameters }) => capability === 'http:receive' && parameters.path === path,
  )
}

/** How the sender must sign. */
export function signatureOf({ parameters }: Grant): string {
  return parameters.signature as string
}
