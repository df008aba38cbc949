import { declaresPoint } from '@signalbox/sdk/host-calls/contribution-rules'
import type { CohortCall } from '../rollout/cohorts/cohort.ts'
import { pickVersion } from '../rollout/routing/pick-version.ts'
import { type InstalledVersion, type Snapshot, versionKey } from '../rollout/routing/snapshot.ts'

/** What a plugin puts into an extension point, in the version that serves the call. */
export interface Contribution {
  readonly plugin: string
  readonly version: string
  readonly value: unknown
}

/** Who asks, and in whose tenant: it decides which versions of others are met. */
export type Asker = Pick<CohortCall, 'tenant' | 'requestId' | 'subject'>

/**
 * What the enabled plugins of a tenant put into a point, by plugin and then as their manifests have it. Whether a
 * value fits the point is not asked here.
 */
export function contributionsTo(
  snapshot: Snapshot,
  point: string,
  asker: Asker,
): readonly Contribution[] {
  return servingVersions(snapshot, asker).flatMap(({ plugin, version, manifest }) =>
    (manifest.provides?.contributes ?? [])
      .filter((one) => one.point === point)
      .map(({ value }) => ({ plugin, version, value })),
  )
}

/** Every point that an enabled plugin of the tenant puts something into. */
export function contributedPoints(snapshot: Snapshot, asker: Asker): readonly string[] {
  const points = servingVersions(snapshot, asker).flatMap(({ manifest }) =>
    (manifest.provides?.contributes ?? []).map(({ point }) => point),
  )
  return [...new Set(points)].sort()
}

/** The plugin of the tenant that declares a point, as the version that serves; the first by name where two do. */
export function pointOwner(
  snapshot: Snapshot,
  point: string,
  asker: Asker,
): InstalledVersion | undefined {
  return servingVersions(snapshot, asker).find((version) => declaresPoint(version, point))
}

/**
 * The versions of others that declare a point and that some tenant meets or would meet by enabling them: the
 * stable ones first, then both sides of a rollout, and what tenants have pinned. Not the contributor's own: its
 * next version may change both ends at once.
 */
export function pointOwners(
  snapshot: Snapshot,
  point: string,
  contributor: string,
): readonly InstalledVersion[] {
  const stable = [...snapshot.stable].map(([plugin, version]) => versionKey(plugin, version))
  const shared = [...snapshot.rollouts].flatMap(([plugin, { from, to }]) => [
    versionKey(plugin, from),
    versionKey(plugin, to),
  ])
  const pinned = [...snapshot.bindings]
    .filter(([, { binding }]) => binding !== 'disabled')
    .map(([key, { pinnedVersion }]) => `${key.slice(key.indexOf(' ') + 1)}@${pinnedVersion}`)
  return [...new Set([...stable, ...shared, ...pinned])].flatMap((key) => {
    const version = snapshot.versions.get(key)
    return version !== undefined && version.plugin !== contributor && declaresPoint(version, point)
      ? [version]
      : []
  })
}

function servingVersions(snapshot: Snapshot, asker: Asker): readonly InstalledVersion[] {
  const plugins = new Set([...snapshot.versions.values()].map(({ plugin }) => plugin))
  return [...plugins].sort().flatMap((plugin) => {
    const pick = pickVersion(snapshot, plugin, asker)
    return pick.kind === 'version' ? [pick.version] : []
  })
}
