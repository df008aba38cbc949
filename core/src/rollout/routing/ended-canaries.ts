import { type Snapshot, versionKey } from './snapshot.ts'

/** Versions that were a canary and are none any more, nor stable: their isolates can go once they are drained. */
export function endedCanaries(
  before: Snapshot,
  after: Snapshot,
): readonly { readonly plugin: string; readonly version: string }[] {
  return [...before.rollouts]
    .filter(([plugin, { to }]) => {
      const now = after.rollouts.get(plugin)
      return now?.to !== to && after.stable.get(plugin) !== to
    })
    .map(([plugin, { to }]) => ({ plugin, version: to }))
    .filter(({ plugin, version }) => before.versions.has(versionKey(plugin, version)))
}
