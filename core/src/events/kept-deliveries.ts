import type { Pick } from '../rollout/routing/pick-version.ts'
import type { InstalledVersion, Snapshot } from '../rollout/routing/snapshot.ts'
import { tenantKey } from '../rollout/routing/snapshot.ts'
import { wantsType } from './event-types.ts'

/**
 * Whether an event whose key is on the stable version is kept for the new one, which alone consumes its type. Were
 * it passed over, a release that begins to consume a type would miss what came during its own rollout.
 */
export function isKept(pick: Pick, type: string): boolean {
  if (pick.kind !== 'version' || pick.arm === 'canary') return false
  const sharing = pick.sharing ?? pick.withheld
  if (sharing === undefined) return false
  const { stable, canary } = sharing.versions
  return !consumes(stable, type) && consumes(canary, type)
}

function consumes({ manifest }: InstalledVersion, type: string): boolean {
  return wantsType(manifest, type)
}

/**
 * By which versions a tenant is served, and how they share: what was kept under another word is asked about again.
 * The same on every node for one snapshot, so that one that is behind only asks once too often.
 */
export function servedBy(snapshot: Snapshot, tenant: string, plugin: string): string {
  const binding = snapshot.bindings.get(tenantKey(tenant, plugin))
  const rollout = snapshot.rollouts.get(plugin)
  // The step and not its weight: one that adds a cohort at the same weight gives keys to the new version as well.
  const sharing = rollout === undefined ? 'none' : `${rollout.id} ${rollout.step}`
  return `${binding?.pinnedVersion ?? snapshot.stable.get(plugin) ?? 'none'} ${sharing}`
}
