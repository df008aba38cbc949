import { HOST_PAGE_POINT, type HostPage, hostPages } from '@signalbox/sdk/host-page'
import { type Arm, type Assignment, assign, givesCalls } from '../rollout/cohorts/cohort.ts'
import { pickVersion, type Sharing, sharingOf } from '../rollout/routing/pick-version.ts'
import {
  grantsOf,
  type InstalledVersion,
  type Snapshot,
  versionKey,
} from '../rollout/routing/snapshot.ts'
import { callOf, type Viewer } from './viewer.ts'

export type PagePick =
  | {
      readonly kind: 'version'
      readonly version: InstalledVersion
      readonly arm: Arm
      /** The rollout that shares the plugin's pages now, with the reason for the arm; absent: none does. */
      readonly sharing?: Sharing | undefined
      readonly assigned?: Assignment | undefined
    }
  | { readonly kind: 'not-enabled' }
  | { readonly kind: 'not-ready' }

const plugins = new WeakMap<Snapshot, ReadonlyMap<string, string>>()

/** The plugin whose page stands at a path in any of its versions; an installation lets no second one take it. */
export function pluginAt(snapshot: Snapshot, path: string): string | undefined {
  const known = plugins.get(snapshot) ?? pathsOf(snapshot)
  plugins.set(snapshot, known)
  return known.get(path)
}

export function pageOf(version: InstalledVersion, path: string): HostPage | undefined {
  return pagesOf(version).find((page) => page.path === path)
}

/** Held to the version that really runs, whatever kept the others out. */
export function pagesOf({ manifest }: InstalledVersion): readonly HostPage[] {
  return manifest.runtime.tier === 'trusted' ? hostPages(manifest) : []
}

/**
 * Which version of a page somebody sees. Of a tenant, as its calls are given one; of no tenant there is no binding and
 * no unit to be drawn by: what is drawn request by request is drawn by the session, and all else is stable. Pure.
 */
export function pickPage(snapshot: Snapshot, plugin: string, viewer: Viewer): PagePick {
  const { tenant } = viewer
  if (tenant === undefined) return pickForHost(snapshot, plugin, viewer)
  const pick = pickVersion(snapshot, plugin, callOf(viewer, tenant, ''))
  if (pick.kind !== 'version') return { kind: pick.kind }
  const { version, arm, sharing, assigned } = pick
  return { kind: 'version', version, arm, sharing, assigned }
}

/** Whether a tenant lets the plugin's script act as whoever looks at its page. */
export function isMounted(snapshot: Snapshot, plugin: string, { tenant }: Viewer): boolean {
  if (tenant === undefined) return true
  return grantsOf(snapshot, tenant, plugin).some(
    ({ capability, parameters }) =>
      capability === 'ui:mount' && parameters['point'] === HOST_PAGE_POINT,
  )
}

function pickForHost(snapshot: Snapshot, plugin: string, { requestId }: Viewer): PagePick {
  const sharing = sharingOf(snapshot, plugin)
  if (sharing !== undefined) {
    const { cohort, isWithheld } = sharing.rollout
    if (requestId === undefined || isWithheld === true || !givesCalls(cohort)) {
      return { kind: 'version', version: sharing.versions.stable, arm: 'stable' }
    }
    const assigned = assign(cohort, { tenant: '', requestId })
    const { arm } = assigned
    return { kind: 'version', version: sharing.versions[arm], arm, sharing, assigned }
  }
  const stable = snapshot.stable.get(plugin)
  if (stable === undefined) return { kind: 'not-ready' }
  const version = snapshot.versions.get(versionKey(plugin, stable))
  return version === undefined ? { kind: 'not-ready' } : { kind: 'version', version, arm: 'stable' }
}

function pathsOf({ versions }: Snapshot): ReadonlyMap<string, string> {
  const found = [...versions.values()]
    .flatMap((version) => pagesOf(version).map(({ path }) => [path, version.plugin] as const))
    // The first by name, where a database says that there are two.
    .sort(([, one], [, other]) => (one < other ? 1 : -1))
  return new Map(found)
}
