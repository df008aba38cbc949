import type { Manifest } from '@signalbox/sdk/manifest'
import {
  type InstalledVersion,
  type Snapshot,
  tenantKey,
  versionKey,
} from '../../rollout/routing/snapshot.ts'
import { offeredContract } from '../offered-contract.ts'

interface ServiceRef {
  readonly id: string
  readonly major: number
}

/** Where the data of a service comes from, and who goes on with it; of the versions in service. */
export interface ServiceLineage {
  /** What its plugin may call and hears; both are asked for in its manifest. */
  readonly upstream: {
    readonly services: readonly string[]
    readonly events: readonly string[]
  }
  readonly downstream: readonly Downstream[]
  /** As the plugin declares it, by operation of the service. */
  readonly operations: Readonly<Record<string, unknown>>
}

interface Downstream {
  readonly plugin: string
  /** What it gives to others. */
  readonly services: readonly string[]
  /** Whether it may call the service, and which of the provider's events it hears. */
  readonly calls: boolean
  readonly hears: readonly string[]
}

const nothing: ServiceLineage = {
  upstream: { services: [], events: [] },
  downstream: [],
  operations: {},
}

/**
 * Pure. A tenant is told of plugins that are in the catalog by their services, or that it enabled itself: what others
 * have beside that is theirs.
 * @param tenant null: the operator, who is told of all
 */
export function serviceLineage(
  snapshot: Snapshot,
  service: ServiceRef,
  tenant: string | null,
): ServiceLineage {
  const offered = offeredContract(snapshot, service)
  if (offered === undefined) return nothing
  const { manifest } = offered.installed
  const { capabilities = {}, lineage } = manifest
  const prefix = `${service.id}/`
  const own = Object.entries(lineage?.operations ?? {})
    .filter(([key]) => key.startsWith(prefix))
    .map(([key, flow]) => [key.slice(prefix.length), flow] as const)
  return {
    upstream: {
      services: unique((capabilities['service:call'] ?? []).map((asked) => asked.service)),
      events: unique((capabilities['event:subscribe'] ?? []).map(({ type }) => type)),
    },
    downstream: downstreamOf(snapshot, service, offered.installed, tenant),
    operations: Object.fromEntries(own),
  }
}

function downstreamOf(
  snapshot: Snapshot,
  { id, major }: ServiceRef,
  provider: InstalledVersion,
  tenant: string | null,
): readonly Downstream[] {
  const published = new Set((provider.manifest.provides?.events ?? []).map(({ type }) => type))
  const found: Downstream[] = []
  for (const [plugin, version] of snapshot.stable) {
    const installed = snapshot.versions.get(versionKey(plugin, version))
    if (installed === undefined || plugin === provider.plugin) continue
    const { calls, hears } = relationOf(installed.manifest, `${id}@${major}`, published)
    if (!calls && hears.length === 0) continue
    const services = Object.values(installed.contracts ?? {}).map((one) => `${one.id}@${one.major}`)
    const binding = tenant === null ? undefined : snapshot.bindings.get(tenantKey(tenant, plugin))
    const isEnabled = binding !== undefined && binding.binding !== 'disabled'
    if (tenant !== null && services.length === 0 && !isEnabled) continue
    found.push({ plugin, services, calls, hears })
  }
  return found.toSorted((one, other) => (one.plugin < other.plugin ? -1 : 1))
}

function relationOf(
  { capabilities = {} }: Manifest,
  called: string,
  published: ReadonlySet<string>,
) {
  const asked = capabilities['service:call'] ?? []
  const heard = (capabilities['event:subscribe'] ?? []).map(({ type }) => type)
  return {
    calls: asked.some(({ service }) => service.replace('^', '') === called),
    hears: unique(heard.filter((type) => published.has(type))),
  }
}

function unique(list: readonly string[]): readonly string[] {
  return [...new Set(list)].toSorted()
}
