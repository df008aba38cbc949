import type { Snapshot } from './snapshot.ts'

/**
 * Plugins whose isolates hold something that is no longer so: a tenant's settings or binding changed. Their
 * isolates are dropped and made anew on demand, which costs each tenant of the plugin a cold call.
 */
export function changedPlugins(before: Snapshot, after: Snapshot): ReadonlySet<string> {
  const changed = new Set<string>()
  for (const [key, binding] of before.bindings) {
    const now = after.bindings.get(key)
    const isSame =
      now !== undefined &&
      now.binding === binding.binding &&
      now.pinnedVersion === binding.pinnedVersion &&
      after.configs.get(key) === before.configs.get(key)
    if (!isSame) changed.add(pluginOf(key))
  }
  for (const plugin of removedPlugins(before, after)) changed.add(plugin)
  return changed
}

/** Plugins of which no version is left. */
export function removedPlugins(before: Snapshot, after: Snapshot): ReadonlySet<string> {
  const left = new Set([...after.versions.values()].map(({ plugin }) => plugin))
  const had = [...before.versions.values()].map(({ plugin }) => plugin)
  return new Set(had.filter((plugin) => !left.has(plugin)))
}

/** The other way round of `tenantKey`: no tenant has a space in its id. */
function pluginOf(key: string): string {
  return key.slice(key.indexOf(' ') + 1)
}
