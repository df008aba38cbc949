import { type Snapshot, serviceKey, versionKey } from '../rollout/routing/snapshot.ts'

/** What the stable version of its plugin offers; undefined where the host itself provides the service. */
export function operationsOf(
  snapshot: Snapshot,
  service: string,
  major: number,
): ReadonlySet<string> | undefined {
  const plugin = snapshot.providers.get(serviceKey(service, major))
  if (plugin === undefined) return undefined
  const stable = snapshot.stable.get(plugin)
  const version = snapshot.versions.get(versionKey(plugin, stable ?? ''))
  const offered = [...(version?.operations.values() ?? [])].filter(
    (operation) => operation.service === service && operation.major === major,
  )
  return new Set(offered.map(({ name }) => name))
}
