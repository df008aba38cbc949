import type { ProcessExit } from '../process/guest-process.ts'
import type { LaneFault } from './lane-fault.ts'
import type { Culprit } from './lane-loss.ts'
import type { LaneProcessOptions } from './lane-process.ts'
import type { PendingCall } from './pending-call.ts'
import type { WatchLimits } from './watchdog.ts'

export interface LaneLimits extends LaneProcessOptions, WatchLimits {
  readonly maxIsolates: number
}

/** What a lane tells, of itself. */
export interface LaneEvents<Lane> {
  onReady(lane: Lane): void
  /** There may be room for another call. */
  onRoom(lane: Lane): void
  /** It takes no new calls any more. */
  onDown(lane: Lane): void
  /** The call did not come to its end, through no fault of its own, and may run again. */
  onRunAgain(call: PendingCall): void
  onTaint(culprit: Culprit): void
  onExit(lane: Lane, exit: ProcessExit, fault: LaneFault, culprit: Culprit | undefined): void
}
