import type { InstallationState } from '../../registry/installation-states.ts'
import type { DeprecationPhase } from '../deprecation.ts'

/** The words of the Open Data Contract Standard 3.1. */
export type VersionStatus = 'proposed' | 'draft' | 'active' | 'deprecated' | 'retired'

export interface VersionFacts {
  readonly state: InstallationState
  readonly isStable: boolean
  /** Below the stable version of its plugin. */
  readonly isBefore: boolean
  /** A tenant holds on to it, so that it serves though another is stable. */
  readonly isPinned: boolean
  /** Of its major; undefined: no end is planned. */
  readonly phase: DeprecationPhase['phase'] | undefined
}

/** Where a version stands, by what is known of it; nobody writes it down. Pure. */
export function versionStatus(facts: VersionFacts): VersionStatus {
  const { state, isStable, isBefore, isPinned, phase } = facts
  if (phase === 'gone') return 'retired'
  // Stored, and not yet shown to start.
  if (state !== 'warm' && state !== 'stable') return 'draft'
  const serves = isStable || isPinned
  if (!serves) return isBefore ? 'retired' : 'proposed'
  return phase === 'deprecated' || phase === 'brown-out' ? 'deprecated' : 'active'
}
