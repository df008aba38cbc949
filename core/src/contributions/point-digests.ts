import { createHash } from 'node:crypto'
import { toldPoints } from '@signalbox/sdk/change-event'
import { FULL_WEIGHT_BP } from '../rollout/cohorts/cohort.ts'
import { pickVersion } from '../rollout/routing/pick-version.ts'
import { type InstalledVersion, type Snapshot, versionKey } from '../rollout/routing/snapshot.ts'

/** What is put into a point of a plugin in a tenant, as far as it takes to see that it changed. */
export interface PointDigest {
  readonly tenant: string
  /** Owns the point. */
  readonly plugin: string
  readonly point: string
  /** Of the versions that put something there: versions never change. Empty: none does. */
  readonly digest: string
}

/**
 * Of every point whose owner wants to be told, in every tenant that the owner is enabled in. Pure, and the same on
 * every node for one generation. While a canary runs both versions count: some calls meet the one, some the other.
 * Neither grants nor settings are asked, as they change nothing of what `ctx.contributions` lists.
 */
export function pointDigests(snapshot: Snapshot): readonly PointDigest[] {
  const concerned = concernedPlugins(snapshot)
  if (concerned.size === 0) return []
  const tenants = new Map<string, string[]>()
  for (const key of snapshot.bindings.keys()) {
    const end = key.indexOf(' ')
    const [tenant, plugin] = [key.slice(0, end), key.slice(end + 1)]
    if (!concerned.has(plugin)) continue
    const plugins = tenants.get(tenant) ?? []
    plugins.push(plugin)
    tenants.set(tenant, plugins)
  }
  return [...tenants].flatMap(([tenant, plugins]) => digestsOf(snapshot, tenant, plugins.sort()))
}

/** Those that own a point whose owner wants to be told, or put something there: nobody else changes a digest. */
function concernedPlugins({ versions }: Snapshot): ReadonlySet<string> {
  const asked = new Set([...versions.values()].flatMap(({ manifest }) => toldPoints(manifest)))
  if (asked.size === 0) return asked
  const concerned = [...versions.values()].filter(
    (version) =>
      toldPoints(version.manifest).length > 0 ||
      version.manifest.provides?.contributes?.some(({ point }) => asked.has(point)),
  )
  return new Set(concerned.map(({ plugin }) => plugin))
}

function digestsOf(
  snapshot: Snapshot,
  tenant: string,
  plugins: readonly string[],
): readonly PointDigest[] {
  const served = plugins.map((plugin) => ({
    plugin,
    versions: servedVersions(snapshot, tenant, plugin),
  }))
  const all = served.flatMap(({ versions }) => versions)
  return served.flatMap(({ plugin, versions }) =>
    [...new Set(versions.flatMap(({ manifest }) => toldPoints(manifest)))].map((point) => ({
      tenant,
      plugin,
      point,
      digest: digestOf(all, point),
    })),
  )
}

function digestOf(versions: readonly InstalledVersion[], point: string): string {
  const names = versions
    .filter(({ manifest }) => manifest.provides?.contributes?.some((one) => one.point === point))
    .map(({ plugin, version }) => versionKey(plugin, version))
  return names.length === 0 ? '' : createHash('sha256').update(names.join('\n')).digest('hex')
}

/** Those that a call of the tenant may meet. */
function servedVersions(
  snapshot: Snapshot,
  tenant: string,
  plugin: string,
): readonly InstalledVersion[] {
  const pick = pickVersion(snapshot, plugin, { tenant, requestId: '' })
  if (pick.kind !== 'version') return []
  // A node that does not hear for a while is no news for the owners of points.
  const sharing = pick.sharing ?? pick.withheld
  if (sharing === undefined) return [pick.version]
  const { rollout, versions } = sharing
  const { weightBp } = rollout.cohort
  if (weightBp <= 0) return [versions.stable]
  return weightBp >= FULL_WEIGHT_BP ? [versions.canary] : [versions.stable, versions.canary]
}

export interface PointChanges {
  /** As they are now: their owners are to be told. */
  readonly changed: readonly PointDigest[]
  /** As they were told: the owner is disabled, or no longer asks. */
  readonly gone: readonly PointDigest[]
}

/** What owners have to be told that were told `told`. A point that nothing was ever put into is no news. Pure. */
export function pointChanges(
  told: readonly PointDigest[],
  now: readonly PointDigest[],
): PointChanges {
  const before = new Map(told.map((one) => [keyOf(one), one.digest]))
  const left = new Set(now.map(keyOf))
  return {
    changed: now.filter((one) => (before.get(keyOf(one)) ?? '') !== one.digest),
    gone: told.filter((one) => !left.has(keyOf(one))),
  }
}

function keyOf({ tenant, plugin, point }: PointDigest): string {
  return `${tenant} ${plugin} ${point}`
}
