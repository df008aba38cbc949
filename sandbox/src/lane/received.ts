import { isRefusalCode } from '@signalbox/sdk'
import type { HostCallRequest } from './host-calls.ts'
import { failureError } from './outcomes.ts'
import type { LaneUsage, PendingCall } from './pending-call.ts'
import type { Frame } from './wire/frame.ts'
import { type FailureReason, fromLane } from './wire/messages.ts'

/**
 * The frame that ends a call, told to the call.
 * @param streamedBytes what was answered before, piece by piece
 */
export function endCall(
  call: PendingCall,
  frame: Frame,
  peakHeapMb: number,
  streamedBytes = 0,
): void {
  const { kind, text, payload } = frame
  const used = usageOf(frame, peakHeapMb, streamedBytes)
  if (kind === fromLane.ok) call.answered(used, payload)
  else if (kind === fromLane.failed) fail(call, used, text as FailureReason, payload)
  // Shown to callers as it is; a guest may have made it without the SDK's class.
  else if (isRefusalCode(text)) call.refused(used, text, payload)
  else fail(call, used, 'threw', `a Refusal with the code "${text}"`)
}

function fail(call: PendingCall, used: LaneUsage, reason: FailureReason, detail: string): void {
  const hostError = reason === 'host-error' ? call.hostError(Number(detail)) : undefined
  if (hostError === undefined) {
    const { isolate, entry } = call.call
    call.failed(failureError(reason, isolate, entry, detail), 'plugin', used)
    return
  }
  // A wrong statement is its author's; a database that is away is not.
  call.failed(hostError, hostError.status >= 500 ? 'host' : 'plugin', used)
}

function usageOf(frame: Frame, peakHeapMb: number, streamedBytes: number): LaneUsage {
  const answerBytes = streamedBytes + (frame.kind === fromLane.ok ? frame.payloadBytes : 0)
  return { cpuUs: frame.number, peakHeapMb, answerBytes }
}

export function hostCallOf(frame: Frame): HostCallRequest {
  const { number, text, payload, payloadBytes } = frame
  return { number, name: text, json: payload, bytes: payloadBytes }
}
