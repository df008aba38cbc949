import { CodedError } from '@signalbox/sdk/errors'
import secureJsonParse from 'secure-json-parse'
import { sandboxErrors } from '../sandbox-errors.ts'
import { guestLimits } from './child/guest/guest-limits.ts'
import { type GuestCall, type GuestOutcome, isolateKey, type LogLevel } from './guest-call.ts'
import { maxPayloadLength } from './outcomes.ts'

const logLevels: ReadonlySet<string> = new Set(['debug', 'info', 'warn', 'error'])

/** Where a lane takes the answers to a guest's host calls. */
export interface HostCallSink {
  reply(call: PendingCall, number: number, json: string): void
  replyError(call: PendingCall, number: number, code: string, message: string): void
}

/**
 * One accepted call on the host's side, from `Sandbox.call` to its outcome. It lives on after its outcome
 * until its lane has let go of it: a caller whose deadline passed is answered at once.
 */
export class PendingCall {
  readonly call: GuestCall
  readonly key: string
  readonly acceptedAt: number
  readonly deadlineAt: number
  /** Number on the wire, new with every lane that tries. */
  id = 0
  /** Number of the frame that starts it; 0 until it is sent. */
  frame = 0
  /** Times it lost its lane, or its isolate after it had started. */
  losses = 0
  hostCalls = 0
  isOver = false
  readonly #resolve: (outcome: GuestOutcome) => void
  readonly #hostErrors = new Map<number, CodedError>()
  #abort: AbortController | undefined
  #inFlight = 0
  #logLength = 0

  constructor(call: GuestCall, now: number, resolve: (outcome: GuestOutcome) => void) {
    this.call = call
    this.key = isolateKey(call.isolate)
    this.acceptedAt = now
    this.deadlineAt = now + call.deadlineMs
    this.#resolve = resolve
  }

  get entry(): string {
    const { entry } = this.call
    return entry.kind === 'service' ? `${entry.service}\0${entry.operation}` : ''
  }

  answered(cpuUs: number, outputJson: string): void {
    this.#settle({ kind: 'ok', outputJson, cpuMs: cpuUs / 1000, hostCalls: this.hostCalls })
  }

  refused(cpuUs: number, code: string, message: string): void {
    this.#settle({ kind: 'refused', code, message, cpuMs: cpuUs / 1000, hostCalls: this.hostCalls })
  }

  failed(error: CodedError, blame: 'plugin' | 'host', cpuUs = 0): void {
    this.#settle({ kind: 'failed', error, blame, cpuMs: cpuUs / 1000, hostCalls: this.hostCalls })
  }

  /** The error a host call ended in, by its number: a guest that lets it through is not its author. */
  hostError(number: number): CodedError | undefined {
    return this.#hostErrors.get(number)
  }

  #settle(outcome: GuestOutcome): void {
    if (this.isOver) return
    this.isOver = true
    this.#abort?.abort()
    this.#resolve(outcome)
  }

  /** @returns false when the lane asks for what its own side should have refused: it is not to be trusted. */
  startHostCall(number: number, name: string, json: string, sink: HostCallSink): boolean {
    if (this.isOver) return true
    if (
      number !== this.hostCalls + 1 ||
      number > guestLimits.hostCalls ||
      this.#inFlight >= guestLimits.hostCallsInFlight ||
      json.length > guestLimits.messageLength
    ) {
      return false
    }
    this.hostCalls = number
    this.#inFlight++
    this.#abort ??= new AbortController()
    void this.#answerHostCall(number, name, json, this.#abort.signal, sink)
    return true
  }

  async #answerHostCall(
    number: number,
    name: string,
    json: string,
    signal: AbortSignal,
    sink: HostCallSink,
  ): Promise<void> {
    try {
      const answer = await this.call.hostCall(name, json, signal)
      const limit = Math.max(guestLimits.messageLength, maxPayloadLength(this.call.isolate))
      if (answer.length > limit) throw this.#tooLarge(answer.length, limit)
      this.#inFlight--
      if (!this.isOver) sink.reply(this, number, answer)
    } catch (error) {
      this.#inFlight--
      if (this.isOver) return
      const coded = error instanceof CodedError ? error : this.#unknownError(name, error)
      this.#hostErrors.set(number, coded)
      sink.replyError(this, number, coded.code, coded.message)
    }
  }

  #tooLarge(reached: number, limit: number): CodedError {
    const { plugin, version } = this.call.isolate
    return sandboxErrors.create('HOST_CALL_LIMIT', {
      plugin,
      version,
      reached: `an answer of ${reached} characters`,
      limit,
    })
  }

  /** A host's own exception may name files and hosts: the guest gets the code alone. */
  #unknownError(name: string, cause: unknown): CodedError {
    const { plugin, version } = this.call.isolate
    return sandboxErrors.create('HOST_CALL_FAILED', { plugin, version, name }, { cause })
  }

  /** @param json `[message, fields]` as the guest wrote it: parsed with care, and counted once more. */
  log(level: string, json: string): void {
    this.#logLength += json.length
    if (this.isOver || this.#logLength > guestLimits.logLength * 2 || !logLevels.has(level)) return
    const parsed: unknown = secureJsonParse.safeParse(json)
    if (!Array.isArray(parsed)) return
    const [message, fields] = parsed as unknown[]
    const isObject = typeof fields === 'object' && fields !== null && !Array.isArray(fields)
    this.call.onLog(
      level as LogLevel,
      String(message),
      isObject ? (fields as Record<string, unknown>) : {},
    )
  }
}
