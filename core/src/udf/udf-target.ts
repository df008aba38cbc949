import { coreErrors } from '../errors.ts'
import { notReadyRefusal } from '../registry/withdrawn/withdrawal-refusal.ts'
import { pickVersion } from '../rollout/routing/pick-version.ts'
import { grantsOf, type InstalledVersion, type Snapshot } from '../rollout/routing/snapshot.ts'

const CAPABILITY = 'udf:provide'

/** A function as somebody names it. */
export interface UdfName {
  readonly tenant: string
  readonly plugin: string
  readonly udf: string
}

/** A function that a tenant can call. */
export interface ProvidedUdf {
  readonly version: InstalledVersion
  readonly udf: string
  readonly isDeterministic: boolean
}

/**
 * Which version runs a function for a tenant: the one that a call with the same id would be given, also during a rollout.
 * Pure: the same snapshot and id give the same version on every node.
 *
 * @throws CORE_PLUGIN_NOT_ENABLED, CORE_VERSION_NOT_READY, CORE_VERSION_BLOCKED, CORE_GRANT_MISSING, CORE_UDF_MISSING
 */
export function udfTarget(
  snapshot: Snapshot,
  { tenant, plugin, udf }: UdfName,
  requestId: string,
): ProvidedUdf {
  const pick = pickVersion(snapshot, plugin, { tenant, requestId })
  if (pick.kind === 'not-enabled') {
    throw coreErrors.create('PLUGIN_NOT_ENABLED', { plugin, tenant })
  }
  if (pick.kind === 'not-ready') throw notReadyRefusal(snapshot, plugin, pick.version)
  if (!mayProvide(snapshot, tenant, plugin)) {
    throw coreErrors.create('GRANT_MISSING', { plugin, capability: CAPABILITY, tenant })
  }
  const { version } = pick
  const found = udfsOf(version).find((provided) => provided.udf === udf)
  if (found !== undefined) return found
  throw coreErrors.create('UDF_MISSING', { plugin, version: version.version, udf })
}

/** What a tenant can call, by plugin and id; in a rollout by request, of the version that most requests are given. */
export function providedUdfs(
  snapshot: Snapshot,
  tenant: string,
  plugin?: string,
): readonly ProvidedUdf[] {
  const plugins = plugin === undefined ? [...snapshot.stable.keys()].sort() : [plugin]
  return plugins.flatMap((name) => {
    const pick = pickVersion(snapshot, name, { tenant, requestId: '' })
    if (pick.kind !== 'version' || !mayProvide(snapshot, tenant, name)) return []
    return [...udfsOf(pick.version)].sort((a, b) => (a.udf < b.udf ? -1 : 1))
  })
}

function mayProvide(snapshot: Snapshot, tenant: string, plugin: string): boolean {
  return grantsOf(snapshot, tenant, plugin).some(({ capability }) => capability === CAPABILITY)
}

function udfsOf(version: InstalledVersion): readonly ProvidedUdf[] {
  const udfs = version.manifest.provides?.udfs ?? []
  return udfs.map(({ id, deterministic = false }) => ({
    version,
    udf: id,
    isDeterministic: deterministic,
  }))
}
