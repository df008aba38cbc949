import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import type { Principal } from '@signalbox/sdk'
import type { CodedError } from '@signalbox/sdk/errors'
import type { RuntimeLimits } from '@signalbox/sdk/manifest'

/** Globals that cost memory which no heap limit counts: only in a lane that the publisher has for itself. */
export type GuestFeature = 'intl' | 'wasm'

/** `fresh`: each call gets globals of its own, and no variable outlives it. */
export type GuestState = 'kept' | 'fresh'

/** What an isolate is made of. Two calls share an isolate only if all of it is equal. */
export interface IsolateSpec {
  readonly plugin: string
  readonly version: string
  /** Whose code it is: from the first strike on, a publisher's versions run in a lane of their own. */
  readonly publisher: string
  /** Module state never crosses tenants: each has its own isolate. */
  readonly tenant: string
  readonly bundleSha256: string
  readonly configJson: string
  readonly limits: RuntimeLimits
  readonly features: readonly GuestFeature[]
  readonly state: GuestState
  /** `trusted`: not for a lane; the host has processes of its own for it. */
  readonly tier?: 'sandbox' | 'trusted'
}

export type GuestEntry =
  | { readonly kind: 'service'; readonly service: string; readonly operation: string }
  | { readonly kind: 'self-test' }
  /** What comes to a plugin unasked: its handlers stand in `on`, `jobs` and `webhooks` of the plugin. */
  | { readonly kind: 'event' | 'job' | 'webhook'; readonly name: string }
  /** A handler that the plugin put into an extension point, among its `contributions`. */
  | { readonly kind: 'contribution'; readonly point: string; readonly name: string }

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** A bundle as a lane gets it. */
export interface LoadedBundle {
  /** An IIFE that assigns the plugin to `__signalbox_plugin`, in UTF-8. */
  readonly source: Uint8Array
  /**
   * What compileBundle made of the same source. Whoever hands it over must be certain of that: V8 takes it
   * for any source of the same length, and ends the lane over a wrong bit.
   */
  readonly compiled?: Uint8Array
  /** V8 did not take it: another version of it, or other flags. */
  onCompiledRejected?(): void
}

/** Who takes an answer of bytes, and how much of it. */
export interface ByteSink {
  readonly maxBytes: number
  /** From the call to the last byte; the call's deadline is to the first one. */
  readonly maxMs: number
  /** Called once, with the first byte. How it ends is the call's outcome. */
  start(head: { readonly fileName?: string }, stream: ByteAnswerStream): void
}

/** Whoever takes it finishes it when the call was answered, and destroys it when it was not, or is of no use. */
export interface ByteAnswerStream extends Readable {
  /** There is no more than what came: its end may be told. */
  finish(): void
}

/** An AbortSignal without listeners. */
export type WatchedSignal = Pick<AbortSignal, 'aborted' | 'reason'>

export interface GuestCall {
  readonly isolate: IsolateSpec
  /** Asked only when a lane lacks the isolate. */
  loadBundle(): Promise<LoadedBundle>
  readonly entry: GuestEntry
  readonly inputJson: string
  readonly context: {
    readonly principal: Principal
    readonly arm: 'stable' | 'canary'
    readonly traceId: string
  }
  /** Time that remains to the caller, in milliseconds, already capped by whoever accepted the call. */
  readonly deadlineMs: number
  /**
   * Aborted, with a CodedError for a reason, when nobody wants the answer any more: the call ends with that error
   * within milliseconds, its host calls with it, and nothing is held against the version. It is looked at, not
   * listened to, so that many calls may share one.
   */
  readonly signal?: WatchedSignal | undefined
  /**
   * Aborted, with a CodedError for a reason, when whoever asked does not wait any more, of a call that should not
   * stop half way: its handler is told by `ctx.signal` and may finish within its deadline. One that has not begun
   * does not, as with `signal`.
   */
  readonly left?: WatchedSignal | undefined
  /** The answer is to be bytes: only for a tier whose processes stream. */
  readonly bytes?: ByteSink | undefined
  /**
   * Nobody waits for it: it has a lane in which no call is that somebody waits for, so that a turn that does not
   * end delays none of those, and what it costs that lane is no strike against the publisher.
   */
  readonly apart?: boolean | undefined
  /** Follows the trace of an earlier call, instants and order of the answers included. */
  readonly replay?: CallTrace
  /**
   * Does what the guest asks, in JSON text. A rejection with a CodedError reaches the guest as its code and
   * message; any other reaches it as SBX_HOST_CALL_FAILED, without its text.
   */
  hostCall(name: string, payloadJson: string, signal: AbortSignal): Promise<string>
  /** Whether the host call may change anything: a call that asked for such a one is never run twice. */
  hasEffect(name: string, payloadJson: string): boolean
  /** At most 64 KiB a call. */
  onLog(level: LogLevel, message: string, fields: Readonly<Record<string, unknown>>): void
}

/** All that a call was given which is not its input: with it, the same bundle does the same again. */
export interface CallTrace {
  /** What the guest's random numbers come from: 16 bytes in base64url. */
  readonly seed: string
  /** What the guest reads as its deadline. */
  readonly deadlineAt: number
  /** The guest's clock in its first turn, and in the turn of each answer, in the order they were given. */
  readonly startedAt: number
  readonly answers: readonly { readonly hostCall: number; readonly at: number }[]
}

/** What a call took. `peakHeapMb` is the isolate's: calls share it. */
export interface Usage {
  readonly cpuMs: number
  readonly peakHeapMb: number
  /** Answer and host calls, in UTF-8. */
  readonly bytesOut: number
  readonly hostCalls: number
}

interface Used extends Usage {
  readonly trace: CallTrace
}

export type GuestOutcome =
  | ({ readonly kind: 'ok'; readonly outputJson: string } & Used)
  /** The guest threw the SDK's Refusal: an expected no, in the guest's own words. */
  | ({ readonly kind: 'refused'; readonly code: string; readonly message: string } & Used)
  /** `blame` says whether the version is at fault: only then does the failure count against it. */
  | ({
      readonly kind: 'failed'
      readonly error: CodedError
      readonly blame: 'plugin' | 'host'
    } & Used)

/** Keeps the key of a spec while the caller keeps the spec: the gateway makes one per routing entry, not per call. */
const keys = new WeakMap<IsolateSpec, string>()

export function isolateKey(spec: IsolateSpec): string {
  const known = keys.get(spec)
  if (known !== undefined) return known
  const { heapMb, turnMs, payloadKb } = spec.limits
  const config = createHash('sha256').update(spec.configJson).digest('base64url')
  const key = JSON.stringify([
    spec.plugin,
    spec.version,
    spec.tenant,
    spec.bundleSha256,
    config,
    heapMb,
    turnMs,
    payloadKb,
    spec.features,
    spec.state,
  ])
  keys.set(spec, key)
  return key
}
