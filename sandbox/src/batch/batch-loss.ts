import type { LaneFault } from '../lane/lane-fault.ts'
import type { Phase } from './batch-outcomes.ts'

/** A morsel on its way through a process. */
export interface SentMorsel<Run> {
  readonly morsel: { readonly run: Run }
  /** When the process was told of it, or a worker began with it. */
  readonly since: number
  /** How long it may take from then on. */
  readonly limitMs: number
}

/** The morsel whose time is, or will be, over first. */
export function mostOverdue<Sent extends SentMorsel<unknown>>(
  works: Iterable<Sent>,
): Sent | undefined {
  let found: Sent | undefined
  for (const work of works) {
    if (found === undefined || work.since + work.limitMs < found.since + found.limitMs) {
      found = work
    }
  }
  return found
}

/**
 * Whose morsel ended a process. One that is over its time is; else the only batch that had any at work. When there were several
 * nobody is, and each runs again with nothing beside it, so that a second loss names it.
 */
export function guiltyOf<Sent extends SentMorsel<unknown>>(
  fault: LaneFault,
  sent: readonly Sent[],
): Sent | undefined {
  if (fault.kind === 'external') return undefined
  if (fault.kind === 'turn-timeout') return mostOverdue(sent)
  const runs = new Set(sent.map(({ morsel }) => morsel.run))
  return runs.size === 1 ? sent[0] : undefined
}

/** Held against a version is what it did in the time that every morsel has, not in what its caller left of it. */
export function hadItsTime(
  { phase, since }: { readonly phase: Phase; readonly since: number },
  morselMs: number,
  fault: LaneFault,
  now: number,
): boolean {
  if (phase === 'start') return false
  return fault.kind !== 'turn-timeout' || phase !== 'run' || now - since >= morselMs
}

/**
 * Whether a batch shows that its version may be called again: it has ended by its own work, and its process lives.
 * One that the host ended, or that nobody waited for to the end, says nothing.
 */
export function isUnharmed(
  { costLane, isExpired }: { readonly costLane: boolean; readonly isExpired: boolean },
  blame: 'plugin' | 'host' | undefined,
): boolean {
  return !costLane && !isExpired && blame !== 'host'
}
