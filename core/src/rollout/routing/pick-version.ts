import {
  type Arm,
  type Assignment,
  assign,
  type CohortCall,
  givesCalls,
} from '../cohorts/cohort.ts'
import {
  type InstalledVersion,
  type LiveRollout,
  type Snapshot,
  tenantKey,
  versionKey,
} from './snapshot.ts'

export type Pick =
  | {
      readonly kind: 'version'
      readonly version: InstalledVersion
      readonly arm: Arm
      /** The rollout that shares this call's plugin, with both its versions; absent: none does. */
      readonly sharing?: Sharing
      /** Why it is this arm's; with `sharing`. */
      readonly assigned?: Assignment
      /** The rollout that compares the call's answer with another version's, which nobody is given. */
      readonly mirrored?: Sharing
      /** The rollout whose canary this node gives no call, as it has not heard for too long whether it goes on. */
      readonly withheld?: Sharing
    }
  | { readonly kind: 'not-enabled' }
  | { readonly kind: 'not-ready'; readonly version: string }

export interface Sharing {
  readonly rollout: LiveRollout
  readonly versions: Readonly<Record<Arm, InstalledVersion>>
}

/**
 * Which version of a plugin serves a call. Pure: the same snapshot and call give the same version on every
 * node. A tenant that pinned or holds a version is in no rollout.
 */
export function pickVersion(snapshot: Snapshot, plugin: string, call: CohortCall): Pick {
  const binding = snapshot.bindings.get(tenantKey(call.tenant, plugin))
  if (binding === undefined || binding.binding === 'disabled') return { kind: 'not-enabled' }
  const sharing = binding.pinnedVersion === null ? sharingOf(snapshot, plugin) : undefined
  if (sharing !== undefined) {
    const { cohort, shadow, isWithheld } = sharing.rollout
    // Nothing is counted, tried again or compared: each of those gives the canary a call.
    if (isWithheld === true) {
      const version = sharing.versions.stable
      return { kind: 'version', version, arm: 'stable', withheld: sharing }
    }
    // Before the first weight nothing is shared, so nothing is counted and nothing is tried on the other version.
    if (!givesCalls(cohort)) {
      const version = { kind: 'version', version: sharing.versions.stable, arm: 'stable' } as const
      // Whom the plan keeps from the new version, it does not answer unseen either.
      const isCompared = shadow !== undefined && assign(cohort, call).by !== 'deny'
      return isCompared ? { ...version, mirrored: sharing } : version
    }
    const assigned = assign(cohort, call)
    const { arm } = assigned
    return { kind: 'version', version: sharing.versions[arm], arm, sharing, assigned }
  }
  const version = binding.pinnedVersion ?? snapshot.stable.get(plugin)
  if (version === undefined) return { kind: 'not-ready', version: 'none' }
  const installed = snapshot.versions.get(versionKey(plugin, version))
  return installed === undefined
    ? { kind: 'not-ready', version }
    : { kind: 'version', version: installed, arm: 'stable' }
}

/** Whether a plan takes keys from what calls say: only then need the words of a call be read to draw it. */
export function takesKeys(snapshot: Snapshot, plugin: string): boolean {
  return snapshot.rollouts.get(plugin)?.cohort.keys !== undefined
}

/** A rollout one of whose versions this node cannot serve shares nothing here: stable takes all. */
export function sharingOf(snapshot: Snapshot, plugin: string): Sharing | undefined {
  const rollout = snapshot.rollouts.get(plugin)
  if (rollout === undefined) return undefined
  const stable = snapshot.versions.get(versionKey(plugin, rollout.from))
  const canary = snapshot.versions.get(versionKey(plugin, rollout.to))
  return stable === undefined || canary === undefined
    ? undefined
    : { rollout, versions: { stable, canary } }
}
