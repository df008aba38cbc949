import type { KillReason } from '../process/guest-process.ts'
import { wasStarved } from './starved.ts'

/** What the host sees of a lane at one instant. */
export interface LaneView {
  readonly isServing: boolean
  /** Frames are on their way through it. */
  readonly isBusy: boolean
  /** Since it was last heard of, or since it was given work after a rest. */
  readonly silentMs: number
  /** How long the reported turn has been running; 0 when none was reported. */
  readonly turnMs: number
  /** CPU it had in that time, where it is known. */
  readonly turnCpuMs?: number
  readonly turnLimitMs: number
  /** 0 when it was not measured. */
  readonly residentMb: number
  readonly loads: number
  /** It used up isolates that were made ahead: at rest it makes others. */
  readonly isShort?: boolean
}

export interface WatchLimits {
  readonly maxResidentMb: number
  readonly retireResidentMb: number
  readonly maxLoads: number
  /** What a turn may take beyond its limit; `GRACE_MS`, when left out. */
  readonly graceMs?: number
}

function isStarved({ turnMs, turnCpuMs = turnMs, turnLimitMs }: LaneView): boolean {
  return wasStarved(turnCpuMs, turnLimitMs)
}

/** isolated-vm ends what it can end within the turn's own limit; who is over that by this much never will. */
const GRACE_MS = 150
/** A lane that is stopped or swapped out: longer than any turn may take, with its report. */
const MAX_SILENT_MS = 5000
/** A lane at rest is asked now and then whether it lives. */
const PING_AFTER_MS = 1000
/** What it should make ahead it is asked for sooner; but not in a pause between two calls, which may be as long. */
const REST_MS = 10

export type LaneVerdict = 'fine' | 'ping' | 'retire' | KillReason

/** What is to be done about a lane: a pure function of what is seen, so that each case is a line of a test. */
export function watchLane(lane: LaneView, limits: WatchLimits): LaneVerdict {
  if (lane.residentMb > limits.maxResidentMb) return lane.isBusy ? 'memory' : 'retire'
  const overMs = lane.turnMs - lane.turnLimitMs
  if (overMs > (limits.graceMs ?? GRACE_MS) && !isStarved(lane)) return 'turn-timeout'
  if (lane.isBusy && lane.silentMs > MAX_SILENT_MS) return 'unresponsive'
  if (!lane.isServing) return 'fine'
  // Memory of disposed isolates is not given back to the system (measured: 173 of 238 MB stayed).
  if (lane.residentMb > limits.retireResidentMb || lane.loads > limits.maxLoads) return 'retire'
  const restMs = lane.isShort === true ? REST_MS : PING_AFTER_MS
  if (!lane.isBusy && lane.silentMs > restMs) return 'ping'
  return 'fine'
}
