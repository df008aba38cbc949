import type { Manifest } from '@signalbox/sdk/manifest'
import { pickVersion } from '../rollout/routing/pick-version.ts'
import type { Snapshot } from '../rollout/routing/snapshot.ts'

type Declaration = NonNullable<NonNullable<Manifest['provides']>['permissions']>[number]

/** What a role of a tenant may hold. */
export interface Permission {
  readonly id: string
  readonly label: Declaration['label']
  /** Who declares it, by name: more than one only within a scope. The label is the first one's. */
  readonly plugins: readonly string[]
}

export function declaredPermissions(manifest: Manifest): readonly Declaration[] {
  return manifest.provides?.permissions ?? []
}

/** By id, those of the tenant's enabled plugins; while a canary runs, as stable declares them. */
export function permissionsOf(snapshot: Snapshot, tenant: string): readonly Permission[] {
  const found = new Map<string, Permission>()
  const plugins = new Set([...snapshot.versions.values()].map(({ plugin }) => plugin))
  for (const plugin of [...plugins].sort()) {
    const pick = pickVersion(snapshot, plugin, { requestId: '', tenant })
    if (pick.kind !== 'version') continue
    const { manifest } = pick.sharing?.versions.stable ?? pick.version
    for (const { id, label } of declaredPermissions(manifest)) {
      const known = found.get(id)
      found.set(id, {
        id,
        label: known?.label ?? label,
        plugins: [...(known?.plugins ?? []), plugin],
      })
    }
  }
  return [...found.values()].sort((left, right) => (left.id < right.id ? -1 : 1))
}
