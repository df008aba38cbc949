import type { CodedError } from '@signalbox/sdk/errors'
import { sandboxErrors } from '../sandbox-errors.ts'
import type { IsolateSpec } from './guest-call.ts'
import type { LaneFault } from './lane-fault.ts'
import type { LaneIsolate } from './lane-isolates.ts'
import type { PendingCall } from './pending-call.ts'

/** A call in its isolate, or the load of an isolate. */
export interface Work {
  readonly isolate: LaneIsolate
  readonly call: PendingCall | undefined
}

/** A version that cost others something: its isolate was dropped, or the whole lane. */
export interface Culprit {
  readonly plugin: string
  readonly version: string
  readonly publisher: string
  readonly tenant: string
  readonly code: string
}

export function culprit(spec: IsolateSpec, code: string): Culprit {
  const { plugin, version, publisher, tenant } = spec
  return { plugin, version, publisher, tenant, code }
}

/** A call with the isolate it runs in. */
export interface CallWork extends Work {
  readonly call: PendingCall
}

export interface Suspect {
  readonly work: Work
  /** It was one of several calls of the same isolate: the version is certain, the call is not. */
  readonly isShared: boolean
}

/**
 * Whose turn it was when a lane ended. The watcher's report names it exactly. For a turn too short for a report
 * the version is still certain when only one isolate had work ahead, and the call when it had only one. Whatever
 * call is not blamed runs again with nothing beside it, so that a second loss names it.
 */
export function culpritOf(
  fault: LaneFault,
  reported: Suspect | undefined,
  unfinished: readonly Work[],
): Suspect | undefined {
  if (fault.kind === 'external') return undefined
  if (reported !== undefined) return reported
  const [oldest] = unfinished
  if (oldest === undefined) return undefined
  const { isolate, call } = oldest
  if (unfinished.some((other) => other.isolate !== isolate)) return undefined
  const isShared = call !== undefined && unfinished.some((other) => other.call !== call)
  return { work: oldest, isShared }
}

/** The call, or all that waited for a bundle. */
export function guiltyOf({ isolate, call }: Work): Iterable<PendingCall> {
  return call === undefined ? isolate.calls : [call]
}

/** What a call is told that ended with its lane or isolate, and must not or cannot run again. */
export function interruption(call: PendingCall): CodedError {
  const { plugin, version } = call.call.isolate
  return call.hasEffect
    ? sandboxErrors.create('INTERRUPTED', { plugin, version })
    : sandboxErrors.create('LANE_LOST', { plugin, version, reason: 'twice, beside other calls' })
}
