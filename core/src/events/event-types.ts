import { CONTRIBUTIONS_CHANGED, toldPoints } from '@signalbox/sdk/change-event'
import type { Manifest } from '@signalbox/sdk/manifest'
import { pickVersion } from '../rollout/routing/pick-version.ts'
import type { Grant, InstalledVersion, Snapshot } from '../rollout/routing/snapshot.ts'

type Declaration = NonNullable<NonNullable<Manifest['provides']>['events']>[number]

export function declaredTypes(manifest: Manifest): readonly Declaration[] {
  return manifest.provides?.events ?? []
}

export function declarationOf(manifest: Manifest, type: string): Declaration | undefined {
  return declaredTypes(manifest).find((declared) => declared.type === type)
}

/** Whether the version asks for events of the type: one that does not has no handler for them. */
export function wantsType(manifest: Manifest, type: string): boolean {
  if (type === CONTRIBUTIONS_CHANGED) return toldPoints(manifest).length > 0
  const wished = manifest.capabilities?.['event:subscribe'] ?? []
  return wished.some((entry) => entry.type === type)
}

export function subscribeGrant(grants: readonly Grant[], type: string): Grant | undefined {
  return grants.find(
    ({ capability, parameters }) => capability === 'event:subscribe' && parameters['type'] === type,
  )
}

/** A type, or `orders.*`: all types below orders, and not orders itself. Some of the host's own have a `_`. */
export const TYPE_PATTERN = '^[a-z][a-z0-9_-]*(\\.[a-z][a-z0-9_-]*)*(\\.\\*)?$'

export function matchesType(pattern: string, type: string): boolean {
  return pattern.endsWith('.*') ? type.startsWith(pattern.slice(0, -1)) : pattern === type
}

/** Whether an app may send the type at all, and which version says what its data is. */
export type OutsideVerdict =
  | { readonly kind: 'undeclared' }
  | { readonly kind: 'accepted'; readonly version: InstalledVersion }
  /** It is a plugin's, and no plugin that is enabled here takes it from outside. */
  | { readonly kind: 'closed'; readonly plugin: string }

/**
 * A type that any plugin of the host declares is that plugin's: an app sends it only where a version that serves
 * the tenant says that apps may. During a rollout stable decides: what it takes is promised.
 */
export function outsideVerdict(snapshot: Snapshot, tenant: string, type: string): OutsideVerdict {
  const plugins = publishersOf(snapshot).get(type)
  if (plugins === undefined) return { kind: 'undeclared' }
  for (const plugin of plugins) {
    const pick = pickVersion(snapshot, plugin, { requestId: '', tenant })
    if (pick.kind !== 'version') continue
    const version = pick.sharing?.versions.stable ?? pick.version
    if (declarationOf(version.manifest, type)?.external === true) {
      return { kind: 'accepted', version }
    }
  }
  return { kind: 'closed', plugin: plugins[0] as string }
}

const known = new WeakMap<Snapshot, ReadonlyMap<string, readonly string[]>>()

/** By type the plugins that declare it in any installed version, in the order of their names. */
function publishersOf(snapshot: Snapshot): ReadonlyMap<string, readonly string[]> {
  const kept = known.get(snapshot)
  if (kept !== undefined) return kept
  const publishers = new Map<string, string[]>()
  const versions = [...snapshot.versions.values()].sort((a, b) => (a.plugin < b.plugin ? -1 : 1))
  for (const { plugin, manifest } of versions) {
    for (const { type } of declaredTypes(manifest)) {
      const plugins = publishers.get(type) ?? []
      if (!plugins.includes(plugin)) plugins.push(plugin)
      publishers.set(type, plugins)
    }
  }
  known.set(snapshot, publishers)
  return publishers
}
