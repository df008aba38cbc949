import type { Snapshot } from './snapshot.ts'

/** Whether a version may still be given calls: it is stable, one of a rollout's two, or a tenant's that pinned or holds it. */
export function isInService(snapshot: Snapshot, plugin: string, version: string): boolean {
  if (snapshot.stable.get(plugin) === version) return true
  const rollout = snapshot.rollouts.get(plugin)
  if (rollout?.from === version || rollout?.to === version) return true
  // Only reached for a version that has just been taken out of service: there are few of these.
  return [...snapshot.bindings].some(
    ([key, { binding, pinnedVersion }]) =>
      pinnedVersion === version &&
      binding !== 'disabled' &&
      key.slice(key.indexOf(' ') + 1) === plugin,
  )
}
