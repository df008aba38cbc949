import type { Manifest } from '@signalbox/sdk/manifest'
import {
  type Binding,
  emptySnapshot,
  type InstalledVersion,
  type LiveRollout,
  type Snapshot,
  tenantKey,
  versionKey,
} from '../../src/rollout/routing/snapshot.ts'

export const point = 'owner/method/v1'

/** A version that owns the point, or puts values into it. */
export function versionOf(
  plugin: string,
  version: string,
  provides: Manifest['provides'],
): InstalledVersion {
  return {
    plugin,
    version,
    manifest: {
      manifest: 1,
      host: '^1.0.0',
      displayName: { en: plugin },
      runtime: { tier: 'sandbox', entry: 'dist/plugin.js' },
      ...(provides === undefined ? {} : { provides }),
    },
    limits: { heapMb: 64, turnMs: 200, deadlineMs: 2000, payloadKb: 64 },
    bundleSha256: '',
    operations: new Map(),
  }
}

export const ownerVersion = (version = '1.0.0', plugin = 'owner') =>
  versionOf(plugin, version, {
    extensionPoints: [{ id: point, schema: 'schemas/method.json', changeEvent: true }],
  })

export const contributor = (version = '1.0.0', values: readonly unknown[] = [1]) =>
  versionOf('giver', version, { contributes: values.map((value) => ({ point, value })) })

interface Parts {
  readonly versions: readonly InstalledVersion[]
  readonly stable?: Readonly<Record<string, string>>
  /** By tenant and plugin: a version is pinned. */
  readonly bindings?: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly rollouts?: readonly (readonly [plugin: string, rollout: LiveRollout])[]
  readonly generation?: number
}

/** Every plugin is stable in its first version here, where nothing else is said. */
export function snapshotWith({ versions, bindings = {}, ...parts }: Parts): Snapshot {
  const first = [...versions].reverse().map(({ plugin, version }) => [plugin, version] as const)
  const bound = Object.entries(bindings).flatMap(([tenant, plugins]) =>
    Object.entries(plugins).map(
      ([plugin, word]) => [tenantKey(tenant, plugin), bindingOf(word)] as const,
    ),
  )
  return {
    ...emptySnapshot,
    generation: parts.generation ?? 1,
    stable: new Map([...first, ...Object.entries(parts.stable ?? {})]),
    versions: new Map(versions.map((one) => [versionKey(one.plugin, one.version), one])),
    bindings: new Map(bound),
    rollouts: new Map(parts.rollouts ?? []),
  }
}

function bindingOf(word: string): Binding {
  if (word === 'enabled' || word === 'disabled') return { binding: word, pinnedVersion: null }
  return { binding: 'pinned', pinnedVersion: word }
}
