import type { Principal } from '@signalbox/sdk'
import type { GuestFeature, GuestState } from '../guest-call.ts'
import { FIRST_KIND_OF_BYTES } from './frame.ts'

/**
 * What the frames mean. The host numbers the frames it sends to a lane 1, 2, 3 … without writing the
 * number: both sides count. A lane works them off strictly in that order, one at a time.
 */

/** Host → lane. */
export const toLane = {
  /** id = isolate. */
  drop: 2,
  /** id = call, number = isolate; text = callHead(); payload = input JSON. */
  call: 3,
  /** id = call, number = host call; payload = answer JSON. */
  reply: 4,
  /** id = call, number = host call; text = code; payload = message. */
  replyError: 5,
  /**
   * id = call; text = code; payload = message. Its time is over: wake it with an error, and drop the isolate if it
   * does not end. With number = ONLY_TOLD its signal is aborted and it goes on.
   */
  cancel: 6,
  ping: 7,
  /** id = isolate; text = LoadRequest as JSON; bytes = bundle, and behind it what was compiled of it. */
  load: FIRST_KIND_OF_BYTES + 1,
} as const

/** Lane → host. */
export const fromLane = {
  /** id = number of the last frame that is worked off; 0 = the lane is ready. */
  done: 1,
  /** id = call, number = CPU µs; payload = output JSON. */
  ok: 2,
  /** id = call, number = CPU µs; text = code; payload = message. */
  refused: 3,
  /** id = call, number = CPU µs; text = FailureReason; payload = detail. */
  failed: 4,
  /** id = call, number = host call; text = name; payload = JSON. */
  hostCall: 5,
  /** id = call; text = level; payload = JSON [message, fields]. */
  log: 6,
  /** id = call, number = 1 when it had started. It ended with its isolate, through no fault of its own. */
  gone: 7,
  /** id = isolate, number = CPU µs; text = COMPILED_REJECTED when V8 did not take what was compiled. */
  loaded: 8,
  /** id = isolate; text = FailureReason; payload = detail. */
  loadFailed: 9,
  /** id = isolate; text = FailureReason or NO_FAULT. It was disposed of and must be loaded again. */
  tainted: 10,
  /** id = isolate, number = the most its heap was ever seen to hold, KiB. */
  heap: 11,
} as const

/** Why a guest failed, as the lane saw it. The host turns it into a coded error. */
export type FailureReason =
  | 'threw'
  | 'host-error'
  /** detail = code and value reached, as the guest side counted. */
  | 'host-limit'
  | 'turn-timeout'
  | 'memory'
  | 'output-too-large'
  | 'output-not-json'
  | 'handler-missing'
  | 'never-answered'

/** An isolate was lost for want of computing time: nothing speaks against its version. */
export const NO_FAULT = ''

export const ONLY_TOLD = 1

export const COMPILED_REJECTED = 'compiled-rejected'

export interface LoadRequest {
  /** So many of the frame's bytes are the bundle. */
  readonly sourceBytes: number
  readonly tenant: string
  readonly configJson: string
  readonly heapMb: number
  readonly turnMs: number
  readonly maxOutputLength: number
  readonly features: readonly GuestFeature[]
  readonly state: GuestState
  /** Seeds what the bundle draws while it loads. */
  readonly seed: string
}

/**
 * What a handler's context is made of, one line each, so that neither side parses per call. Units, of the few who are held
 * to some, are JSON for whoever asks; else an empty line. The principal's id is the rest, whatever it holds.
 */
export function callHead(
  entry: string,
  seed: string,
  deadlineAt: number,
  { kind, id, units }: Principal,
  arm: string,
  traceId: string,
): string {
  const reach = units === undefined ? '' : JSON.stringify(units)
  return `${entry}\n${seed}\n${deadlineAt}\n${kind}\n${arm}\n${traceId}\n${reach}\n${id}`
}
