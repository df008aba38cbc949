import { CodedError } from '@signalbox/sdk/errors'
import secureJsonParse from 'secure-json-parse'
import { guestLimits } from './child/guest/guest-limits.ts'
import { drawSeed } from './draw-seed.ts'
import { entryText } from './entry.ts'
import {
  type GuestCall,
  type GuestOutcome,
  isolateKey,
  type LogLevel,
  type WatchedSignal,
} from './guest-call.ts'
import { type HostCallRequest, type HostCallSink, HostCalls } from './host-calls.ts'
import { deadlineError } from './outcomes.ts'

const logLevels: ReadonlySet<string> = new Set(['debug', 'info', 'warn', 'error'])

/** What a lane tells of a call that has ended, beside its answer. */
export interface LaneUsage {
  readonly cpuUs: number
  readonly peakHeapMb: number
  readonly answerBytes: number
}

export interface CallAccount {
  settle(call: PendingCall, tookMs: number, hasAnswered: boolean): void
}

const nothingUsed: LaneUsage = { cpuUs: 0, peakHeapMb: 0, answerBytes: 0 }

/**
 * One accepted call on the host's side, from `Sandbox.call` to its outcome. It lives on after its outcome
 * until its lane has let go of it: a caller whose deadline passed is answered at once.
 */
export class PendingCall {
  readonly call: GuestCall
  readonly key: string
  readonly acceptedAt: number
  readonly #deadlineAt: number
  /** Number on the wire, new with every lane that tries. */
  id = 0
  /** Number of the frame that starts it; 0 until it is sent. */
  frame = 0
  /** Times it lost its lane, or its isolate after it had started. */
  losses = 0
  isOver = false
  /** Its turn ended the lane. */
  costLane = false
  /** Told at the end, and whether the guest had its turn and left its lane whole. */
  onOver: ((isUnharmed: boolean) => void) | undefined
  /** Who is to be told what it took, and what its tenant was charged when it started. */
  account: CallAccount | undefined
  expectedMs = 0
  readonly seed: string
  readonly #resolve: (outcome: GuestOutcome) => void
  #hostCalls: HostCalls | undefined
  #startedAt = 0
  #isTold = false
  #bytesOut = 0
  #logLength = 0

  constructor(call: GuestCall, now: number, resolve: (outcome: GuestOutcome) => void) {
    this.call = call
    this.key = isolateKey(call.isolate)
    this.acceptedAt = now
    this.#deadlineAt = now + call.deadlineMs
    this.seed = call.replay?.seed ?? drawSeed()
    this.#resolve = resolve
  }

  /** Nobody waits for it any more, for another reason than its deadline. */
  get isCancelled(): boolean {
    return this.#endedBy !== undefined
  }

  get #endedBy(): WatchedSignal | undefined {
    const { signal, left } = this.call
    if (signal?.aborted === true) return signal
    return this.#startedAt === 0 && left?.aborted === true ? left : undefined
  }

  /** Why its handler, which may go on, is to learn that nobody waits; undefined: it need not, or was told. */
  takeNews(): CodedError | undefined {
    const { left } = this.call
    if (this.#isTold || this.#startedAt === 0 || left?.aborted !== true) return undefined
    this.#isTold = true
    return left.reason as CodedError
  }

  /** A call that is cancelled is late at once: whoever looks for what is late finds it within milliseconds. */
  get deadlineAt(): number {
    return this.isCancelled ? 0 : this.#deadlineAt
  }

  /** Whether it is cancelled or not. */
  get ownDeadlineAt(): number {
    return this.#deadlineAt
  }

  get entry(): string {
    return entryText(this.call.entry)
  }

  /** Of a replay, the guest is told the one it was told before. */
  get guestDeadlineAt(): number {
    return this.call.replay?.deadlineAt ?? this.#deadlineAt
  }

  get hostCalls(): number {
    return this.#hostCalls?.count ?? 0
  }

  /** It asked the host for something that may have changed the world: it must not run twice. */
  get hasEffect(): boolean {
    return this.#hostCalls?.hasEffect ?? false
  }

  /** @returns the guest's clock in its first turn. */
  begin(now: number): number {
    this.#startedAt = this.call.replay?.startedAt ?? now
    this.#hostCalls?.reset()
    this.#isTold = false
    return this.#startedAt
  }

  /** What it is told that is late. */
  lateError(now: number): CodedError {
    const { isolate, deadlineMs } = this.call
    const reason: unknown = this.#endedBy?.reason
    if (reason instanceof CodedError) return reason
    return deadlineError(isolate, deadlineMs, now - this.acceptedAt)
  }

  answered(usage: LaneUsage, outputJson: string): void {
    this.#settle({ kind: 'ok', outputJson, ...this.#used(usage) })
  }

  refused(usage: LaneUsage, code: string, message: string): void {
    this.#settle({ kind: 'refused', code, message, ...this.#used(usage) })
  }

  failed(error: CodedError, blame: 'plugin' | 'host', usage: LaneUsage = nothingUsed): void {
    this.#settle({ kind: 'failed', error, blame, ...this.#used(usage) })
  }

  /** The error a host call ended in, by its number: a guest that lets it through is not its author. */
  hostError(number: number): CodedError | undefined {
    return this.#hostCalls?.error(number)
  }

  /** @returns false when the lane asks for what its own side should have refused: it is not to be trusted. */
  startHostCall(request: HostCallRequest, sink: HostCallSink): boolean {
    if (this.isOver) return true
    this.#hostCalls ??= new HostCalls(this.call, () => this.isOver)
    this.#bytesOut += request.bytes
    return this.#hostCalls.start(request, sink)
  }

  /** @param json `[message, fields]` as the guest wrote it: parsed with care, and counted once more. */
  log(level: string, json: string): void {
    this.#logLength += json.length
    if (this.isOver || this.#logLength > guestLimits.logLength * 2 || !logLevels.has(level)) return
    const parsed = parsedLine(json)
    if (!Array.isArray(parsed)) return
    const [message, fields] = parsed as unknown[]
    // The guest's side sends a text; a guest that outwitted it may send what does not even become one.
    if (typeof message !== 'string') return
    const isObject = typeof fields === 'object' && fields !== null && !Array.isArray(fields)
    this.call.onLog(level as LogLevel, message, isObject ? (fields as Record<string, unknown>) : {})
  }

  #used({ cpuUs, peakHeapMb, answerBytes }: LaneUsage) {
    return {
      cpuMs: cpuUs / 1000,
      peakHeapMb,
      bytesOut: this.#bytesOut + answerBytes,
      hostCalls: this.hostCalls,
      trace: {
        seed: this.seed,
        startedAt: this.#startedAt,
        deadlineAt: this.guestDeadlineAt,
        answers: this.#hostCalls?.answers ?? [],
      },
    }
  }

  /** One that was ended by force left no account of its CPU: a turn at most, or what has passed. */
  #tookMs({ cpuMs }: GuestOutcome): number {
    if (cpuMs > 0 || this.#startedAt === 0) return cpuMs
    return Math.min(this.call.isolate.limits.turnMs, Date.now() - this.#startedAt)
  }

  #settle(outcome: GuestOutcome): void {
    if (this.isOver) return
    this.isOver = true
    this.#hostCalls?.abort(this.#endedBy?.reason)
    this.account?.settle(this, this.#tookMs(outcome), outcome.kind !== 'failed')
    this.onOver?.(!this.costLane && hasReturned(outcome))
    this.#resolve(outcome)
  }
}

/** Fields that would change what objects are go, and the line stays: whoever looks for a fault needs it. */
function parsedLine(json: string): unknown {
  try {
    return secureJsonParse.parse(json, { protoAction: 'remove', constructorAction: 'remove' })
  } catch {
    return undefined
  }
}

/** The guest gave its lane back. One whose deadline has passed may still be at it. */
function hasReturned(outcome: GuestOutcome): boolean {
  if (outcome.kind !== 'failed') return true
  return outcome.blame === 'plugin' && outcome.error.code !== 'SBX_DEADLINE_EXCEEDED'
}
