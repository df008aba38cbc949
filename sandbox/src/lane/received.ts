import type { HostCallRequest } from './host-calls.ts'
import type { CallWork } from './lane-loss.ts'
import type { LaneUsage } from './pending-call.ts'
import type { Frame } from './wire/frame.ts'
import { fromLane } from './wire/messages.ts'

/** What the frame that ends a call says it took. */
export function usageOf({ isolate }: CallWork, frame: Frame): LaneUsage {
  const answerBytes = frame.kind === fromLane.ok ? frame.payloadBytes : 0
  return { cpuUs: frame.number, peakHeapMb: isolate.peakHeapMb, answerBytes }
}

export function hostCallOf(frame: Frame): HostCallRequest {
  const { number, text, payload, payloadBytes } = frame
  return { number, name: text, json: payload, bytes: payloadBytes }
}
