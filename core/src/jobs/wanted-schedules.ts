import type { Grant, InstalledVersion, Snapshot } from '../rollout/routing/snapshot.ts'
import { grantsOf, tenantKey, versionKey } from '../rollout/routing/snapshot.ts'
import type { CronTime } from './cron.ts'
import type { MissedPolicy } from './schedule.ts'

/** A job that a tenant has, by the manifest of the version that serves it. */
export interface WantedJob {
  readonly tenant: string
  readonly plugin: string
  readonly job: string
  /** Null: it runs only when it is asked for. */
  readonly time: CronTime | null
  readonly missed: MissedPolicy
}

/**
 * Every job of every tenant. Pure: all nodes agree as of one generation. While a rollout shares a plugin's
 * calls, the stable version's manifest says when; the run itself is drawn for either version.
 */
export function wantedJobs(snapshot: Snapshot): readonly WantedJob[] {
  return [...snapshot.bindings.keys()].flatMap((key) => {
    const space = key.indexOf(' ')
    return jobsOf(snapshot, key.slice(0, space), key.slice(space + 1))
  })
}

/** None where the plugin is not enabled, or the grant is missing. */
export function jobsOf(snapshot: Snapshot, tenant: string, plugin: string): readonly WantedJob[] {
  if (!mayHaveJobs(snapshot, tenant, plugin)) return []
  return (servingVersion(snapshot, tenant, plugin)?.manifest.provides?.jobs ?? []).map(
    ({ id, cron, tz, missed }) => ({
      tenant,
      plugin,
      job: id,
      time: cron === undefined ? null : { cron, tz: tz ?? 'UTC' },
      missed: missed ?? 'once',
    }),
  )
}

/** Whether runs may begin, and go on: asked again at each of their host calls. */
export function mayHaveJobs(snapshot: Snapshot, tenant: string, plugin: string): boolean {
  const binding = snapshot.bindings.get(tenantKey(tenant, plugin))
  const isOn = binding !== undefined && binding.binding !== 'disabled'
  return isOn && jobGrant(snapshot, tenant, plugin) !== undefined
}

export function jobGrant(snapshot: Snapshot, tenant: string, plugin: string): Grant | undefined {
  return grantsOf(snapshot, tenant, plugin).find(
    ({ capability, parameters }) => capability === 'job:schedule' && parameters.per === 'tenant',
  )
}

function servingVersion(
  { bindings, stable, versions }: Snapshot,
  tenant: string,
  plugin: string,
): InstalledVersion | undefined {
  const version = bindings.get(tenantKey(tenant, plugin))?.pinnedVersion ?? stable.get(plugin)
  return version === undefined ? undefined : versions.get(versionKey(plugin, version))
}
