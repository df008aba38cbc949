import type { IsolateSpec } from '@signalbox/sandbox'
import { runtimeLimits } from '@signalbox/sdk/manifest'
import {
  configOf,
  grantsOf,
  type InstalledVersion,
  type Snapshot,
} from '../rollout/routing/snapshot.ts'

/** What of an installed version an isolate is made of. */
type Runnable = Pick<InstalledVersion, 'plugin' | 'version' | 'manifest' | 'bundleSha256'>

/** Kept as long as the snapshot: the sandbox keeps the key of a spec for as long as it is the same object. */
const known = new WeakMap<Snapshot, Map<string, IsolateSpec>>()

/** The isolate in which a version serves a tenant: with the settings and the powers that tenant gave it. */
export function isolateOf(
  snapshot: Snapshot,
  version: InstalledVersion,
  tenant: string,
): IsolateSpec {
  const specs = known.get(snapshot) ?? new Map<string, IsolateSpec>()
  known.set(snapshot, specs)
  const key = `${version.plugin}@${version.version} ${tenant}`
  const spec = specs.get(key) ?? specOf(snapshot, version, tenant)
  specs.set(key, spec)
  return spec
}

function specOf(snapshot: Snapshot, version: InstalledVersion, tenant: string): IsolateSpec {
  const granted = grantsOf(snapshot, tenant, version.plugin).map(({ capability }) => capability)
  const features = (['intl', 'wasm'] as const).filter((feature) => granted.includes(feature))
  return {
    ...bareIsolate(version, tenant),
    configJson: configOf(snapshot, tenant, version.plugin),
    features,
  }
}

/** The isolate of a version that has no settings and no power of any kind. */
export function bareIsolate(version: Runnable, tenant: string): IsolateSpec {
  const { plugin, manifest, bundleSha256 } = version
  return {
    plugin,
    version: version.version,
    publisher: publisherOf(plugin),
    tenant,
    bundleSha256,
    configJson: '{}',
    limits: runtimeLimits(manifest),
    features: [],
    state: manifest.runtime.state ?? 'kept',
    ...(manifest.runtime.tier === 'trusted' ? { tier: 'trusted' } : {}),
  }
}

/** A scope belongs to one publisher alone; a plugin without a scope is a publisher of its own. */
export function publisherOf(plugin: string): string {
  const end = plugin.indexOf('/')
  return end < 0 ? plugin : plugin.slice(0, end)
}
