import type { LaneFault } from './lane-fault.ts'
import type { LaneIsolate } from './lane-isolates.ts'
import type { PendingCall } from './pending-call.ts'

/** A call in its isolate, or the load of an isolate. */
export interface Work {
  readonly isolate: LaneIsolate
  readonly call: PendingCall | undefined
}

/** A call with the isolate it runs in. */
export interface CallWork extends Work {
  readonly call: PendingCall
}

/**
 * Whose turn it was when a lane ended. The watcher's report names it exactly. A turn too short for a report
 * is still certain when only one isolate had work ahead; else nobody is blamed, and each call runs again with
 * nothing beside it, so that a second loss names it.
 */
export function culpritOf(
  fault: LaneFault,
  reported: Work | undefined,
  unfinished: readonly Work[],
): Work | undefined {
  if (fault.kind === 'external') return undefined
  if (reported !== undefined) return reported
  const [oldest] = unfinished
  return unfinished.every(({ isolate }) => isolate === oldest?.isolate) ? oldest : undefined
}
