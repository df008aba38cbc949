import { type InstalledVersion, type Snapshot, versionKey } from '../rollout/routing/snapshot.ts'

/**
 * The trusted versions that should have a process on this node, by `plugin@version`: what some tenant's calls may be
 * given now. Pure; all else has no process, or gets one only for as long as it is called.
 */
export function wantedVersions(snapshot: Snapshot): ReadonlyMap<string, InstalledVersion> {
  const wanted = new Map<string, InstalledVersion>()
  const want = (plugin: string, version: string | null | undefined) => {
    const key = versionKey(plugin, version ?? '')
    const found = snapshot.versions.get(key)
    if (found?.manifest.runtime.tier === 'trusted') wanted.set(key, found)
  }
  for (const [key, { binding, pinnedVersion }] of snapshot.bindings) {
    if (binding === 'disabled') continue
    // `tenant plugin`: no tenant has a space in its id.
    const plugin = key.slice(key.indexOf(' ') + 1)
    const rollout = snapshot.rollouts.get(plugin)
    for (const version of [
      pinnedVersion,
      snapshot.stable.get(plugin),
      rollout?.from,
      rollout?.to,
    ]) {
      want(plugin, version)
    }
  }
  return wanted
}
