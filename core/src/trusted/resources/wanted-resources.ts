import type { InstalledVersion, Snapshot } from '../../rollout/routing/snapshot.ts'
import { wantedVersions } from '../wanted-versions.ts'

export type ResourceDefinition = NonNullable<InstalledVersion['manifest']['resources']>[number]

/** A resource belongs to a plugin, not to one of its versions. */
export const resourceKey = (plugin: string, id: string): string => `${plugin}/${id}`

export function definitionOf(
  { manifest }: InstalledVersion,
  id: string,
): ResourceDefinition | undefined {
  return manifest.resources?.find((resource) => resource.id === id)
}

/** The resources that some version with a process may ask for, by `plugin/id`; all others end. Pure. */
export function wantedResources(snapshot: Snapshot): ReadonlySet<string> {
  const versions = [...wantedVersions(snapshot).values()]
  return new Set(
    versions.flatMap(({ plugin, manifest }) =>
      (manifest.resources ?? []).map(({ id }) => resourceKey(plugin, id)),
    ),
  )
}
