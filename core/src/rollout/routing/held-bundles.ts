import type { RoutingTable } from './routing-table.ts'
import { type InstalledVersion, type Snapshot, versionKey } from './snapshot.ts'

/**
 * What a node must have in memory to serve a rollout while PostgreSQL is away: both versions, and stable above all,
 * which a node that began at 100 % has never run. Trusted versions have their processes; see wanted-versions.ts.
 */
function bundlesToHold({ rollouts, versions }: Snapshot): readonly InstalledVersion[] {
  return [...rollouts]
    .flatMap(([plugin, { from, to }]) => [versionKey(plugin, from), versionKey(plugin, to)])
    .map((key) => versions.get(key))
    .filter((version) => version !== undefined)
    .filter(({ manifest }) => manifest.runtime.tier !== 'trusted')
}

/** From now on. @param load keeps what it has loaded; one that fails is loaded by the first call */
export function holdBundles(
  routing: Pick<RoutingTable, 'follow' | 'snapshot'>,
  load: (version: InstalledVersion) => Promise<unknown>,
): void {
  const hold = (snapshot: Snapshot) => {
    for (const version of bundlesToHold(snapshot)) load(version).catch(() => undefined)
  }
  routing.follow((_before, after) => hold(after))
  hold(routing.snapshot)
}
