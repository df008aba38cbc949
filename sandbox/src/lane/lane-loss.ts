import type { LaneIsolate } from './lane-isolates.ts'
import type { LaneExit } from './lane-process.ts'
import type { PendingCall } from './pending-call.ts'

/** A turn of a call, or the load of an isolate. */
export interface Work {
  readonly isolate: LaneIsolate
  readonly call: PendingCall | undefined
}

export interface LaneFault {
  /** `external`: from outside, nobody's call is the cause. */
  readonly kind: 'external' | 'turn-timeout' | 'memory' | 'crash'
  readonly text: string
}

const crashSignals = new Set(['SIGABRT', 'SIGSEGV', 'SIGILL', 'SIGTRAP', 'SIGBUS', 'SIGFPE'])

export function laneFault(exit: LaneExit): LaneFault {
  const { killedFor, signal, stderr } = exit
  if (killedFor === 'turn-timeout' || killedFor === 'memory') {
    return { kind: killedFor, text: `killed: ${killedFor}` }
  }
  if (killedFor === 'protocol') return { kind: 'crash', text: 'it broke the wire format' }
  if (killedFor !== null) return { kind: 'external', text: `killed: ${killedFor}` }
  if (/out of memory|Allocation failed/i.test(stderr)) {
    return { kind: 'memory', text: 'V8 ran out of memory' }
  }
  if (signal !== null && crashSignals.has(signal)) return { kind: 'crash', text: signal }
  return { kind: 'external', text: signal ?? `exit code ${exit.exitCode}` }
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
