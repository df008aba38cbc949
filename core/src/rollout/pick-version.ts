import { type InstalledVersion, type Snapshot, tenantKey, versionKey } from './snapshot.ts'

export type Pick =
  | { readonly kind: 'version'; readonly version: InstalledVersion; readonly arm: 'stable' }
  | { readonly kind: 'not-enabled' }
  | { readonly kind: 'not-ready'; readonly version: string }

/**
 * Which version of a plugin serves a tenant. Pure: the same snapshot and tenant give the same version on
 * every node.
 */
export function pickVersion(snapshot: Snapshot, plugin: string, tenant: string): Pick {
  const binding = snapshot.bindings.get(tenantKey(tenant, plugin))
  if (binding === undefined || binding.binding === 'disabled') return { kind: 'not-enabled' }
  const version = binding.pinnedVersion ?? snapshot.stable.get(plugin)
  if (version === undefined) return { kind: 'not-ready', version: 'none' }
  const installed = snapshot.versions.get(versionKey(plugin, version))
  return installed === undefined
    ? { kind: 'not-ready', version }
    : { kind: 'version', version: installed, arm: 'stable' }
}
