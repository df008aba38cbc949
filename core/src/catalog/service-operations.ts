import { type Snapshot, serviceKey, versionKey } from '../rollout/routing/snapshot.ts'

export interface Offered {
  readonly operations: ReadonlySet<string>
  /** That their calls are metered by, as the contract names them. */
  readonly units: ReadonlySet<string>
}

/** What the stable version of its plugin offers; undefined where the host itself provides the service. */
export function offeredBy(snapshot: Snapshot, service: string, major: number): Offered | undefined {
  const plugin = snapshot.providers.get(serviceKey(service, major))
  if (plugin === undefined) return undefined
  const stable = snapshot.stable.get(plugin)
  const version = snapshot.versions.get(versionKey(plugin, stable ?? ''))
  const offered = [...(version?.operations.values() ?? [])].filter(
    (operation) => operation.service === service && operation.major === major,
  )
  return {
    operations: new Set(offered.map(({ name }) => name)),
    units: new Set(offered.flatMap(({ definition }) => definition.units ?? [])),
  }
}

/** The names alone. */
export function operationsOf(...of: Parameters<typeof offeredBy>): ReadonlySet<string> | undefined {
  return offeredBy(...of)?.operations
}
