import type { CohortBy } from '../cohorts/cohort.ts'
import { type Snapshot, serviceKey } from '../routing/snapshot.ts'
import type { Traffic } from './detection-table.ts'
import type { AuditedCalls } from './traffic-store.ts'

export interface SeenTraffic extends Traffic {
  /** What it rests on. */
  readonly seen: { readonly minutes: number; readonly calls: number; readonly failed: number }
}

/** Data services of a plugin, as `service@major`. */
export function servicesOf({ providers }: Snapshot, plugin: string): readonly string[] {
  return [...providers].filter(([, provider]) => provider === plugin).map(([key]) => key)
}

/**
 * What was audited, as the judge would see it. Calls that the host refused reached no version and are none; calls
 * between plugins are not audited, so that there may be more.
 */
export function trafficOf(
  snapshot: Snapshot,
  plugin: string,
  cohortBy: CohortBy,
  { minutes, calls }: { readonly minutes: number; readonly calls: readonly AuditedCalls[] },
): SeenTraffic {
  const reached = calls.filter(({ outcome }) => outcome === 'done' || isOfVersion(outcome))
  const sum = (list: readonly AuditedCalls[]) => list.reduce((all, one) => all + one.calls, 0)
  const all = sum(reached)
  const failed = sum(reached.filter(({ outcome }) => outcome !== 'done'))
  const safe = safeOperations(snapshot, plugin)
  return {
    callsPerMinute: all / minutes,
    seen: { minutes, calls: all, failed },
    // One failure more than was seen of two calls more: a version never seen to fail may still do so.
    failureRate: (failed + 1) / (all + 2),
    safeShare: all === 0 ? 1 : sum(reached.filter(({ subject }) => safe.has(subject))) / all,
    units: unitsOf(snapshot, plugin, cohortBy),
  }
}

/** A version that failed, rather than a call that never reached one. */
function isOfVersion(outcome: string): boolean {
  return outcome.startsWith('SBX_') || outcome === 'CORE_ANSWER_BREAKS_CONTRACT'
}

/** As `service@major/operation`, of the stable version. */
function safeOperations({ stable, versions }: Snapshot, plugin: string): ReadonlySet<string> {
  const operations = versions.get(`${plugin}@${stable.get(plugin)}`)?.operations.values() ?? []
  const safe = [...operations].filter(({ definition }) => definition.safe === true)
  return new Set(safe.map(({ service, major, name }) => `${serviceKey(service, major)}/${name}`))
}

function unitsOf(snapshot: Snapshot, plugin: string, cohortBy: CohortBy): number | null {
  if (cohortBy === 'subject' || cohortBy === 'unit' || cohortBy === 'entity') return null
  const services = new Set(servicesOf(snapshot, plugin))
  const subscribed = [...snapshot.subscriptions.values()].filter(
    ({ state, service, major }) => state === 'active' && services.has(serviceKey(service, major)),
  )
  const unitOf = ({ tenant, app }: { tenant: string; app: string }) =>
    cohortBy === 'tenant' ? tenant : `${tenant}/${app}`
  return new Set(subscribed.map(unitOf)).size
}
