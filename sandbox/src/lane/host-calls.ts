import { setTimeout as delay } from 'node:timers/promises'
import { CodedError } from '@signalbox/sdk/errors'
import secureJsonParse from 'secure-json-parse'
import { sandboxErrors } from '../sandbox-errors.ts'
import { guestLimits } from './child/guest/guest-limits.ts'
import type { CallTrace, GuestCall } from './guest-call.ts'
import { maxPayloadLength } from './outcomes.ts'

/** The host call of a guest's timers, `{ "ms": 20 }`: answered here, with null. */
const SLEEP = 'sleep'

/** Where the answers to a guest's host calls go. */
export interface HostCallSink {
  reply(hostCall: number, at: number, json: string): void
  replyError(hostCall: number, at: number, code: string, message: string): void
}

export interface HostCallRequest {
  readonly number: number
  readonly name: string
  readonly json: string
  readonly bytes: number
}

/**
 * What one call asks of the host. Which call it is, the lane's socket and the call's number on it say, and
 * the plugin, the version and the tenant come from what the host itself put into that call: a guest holds
 * nothing that could be forged, stolen or handed on.
 */
export class HostCalls {
  readonly #call: GuestCall
  readonly #isOver: () => boolean
  readonly #answers: { readonly hostCall: number; readonly at: number }[] = []
  readonly #errors = new Map<number, CodedError>()
  #abort: AbortController | undefined
  #count = 0
  #inFlight = 0
  #length = 0
  #hasEffect = false
  #inOrder: OrderedDelivery | undefined

  constructor(call: GuestCall, isOver: () => boolean) {
    this.#call = call
    this.#isOver = isOver
    if (call.replay !== undefined) this.#inOrder = new OrderedDelivery(call.replay)
  }

  get count(): number {
    return this.#count
  }

  /** Something may have changed by it: the call must not run again. */
  get hasEffect(): boolean {
    return this.#hasEffect
  }

  get answers(): CallTrace['answers'] {
    return this.#answers
  }

  /**
   * What the host still does for the call is not wanted any more: statements and requests end.
   * @param reason of a call that was cancelled: what it asked of other handlers learns that it has left
   */
  abort(reason?: unknown): void {
    this.#abort?.abort(reason)
  }

  /** Before the call runs from its beginning once more. */
  reset(): void {
    this.#abort?.abort()
    this.#abort = undefined
    this.#count = 0
    this.#inFlight = 0
    this.#length = 0
    this.#answers.length = 0
  }

  /** The error a host call ended in, by its number: a guest that lets it through is not its author. */
  error(number: number): CodedError | undefined {
    return this.#errors.get(number)
  }

  /** @returns false when the lane asks for what its own side should have refused: it is not to be trusted. */
  start(request: HostCallRequest, sink: HostCallSink): boolean {
    const { number, name, json } = request
    const length = this.#length + json.length
    if (
      number !== this.#count + 1 ||
      number > guestLimits.hostCalls ||
      this.#inFlight >= guestLimits.hostCallsInFlight ||
      json.length > guestLimits.messageLength ||
      length > guestLimits.messagesLength
    ) {
      return false
    }
    this.#count = number
    this.#length = length
    this.#inFlight++
    this.#hasEffect ||= name !== SLEEP && this.#call.hasEffect(name, json)
    this.#abort ??= new AbortController()
    void this.#answer(request, this.#abort.signal, sink)
    return true
  }

  async #answer(request: HostCallRequest, signal: AbortSignal, sink: HostCallSink): Promise<void> {
    const { number, name, json } = request
    const given = await this.#ask(name, json, signal)
    // A call that runs again has nothing to do with what its first try asked for.
    if (signal.aborted) return
    this.#inFlight--
    if (this.#isOver()) return
    if (given instanceof CodedError) this.#errors.set(number, given)
    if (this.#inOrder === undefined) this.#deliver(number, given, Date.now(), sink)
    else {
      this.#inOrder.add(number, given, (next, what, at) => this.#deliver(next, what, at, sink))
    }
  }

  async #ask(name: string, json: string, signal: AbortSignal): Promise<string | CodedError> {
    const { plugin, version } = this.#call.isolate
    try {
      // Time passes without a door to anything: the host knows nothing of it.
      if (name === SLEEP) return await this.#sleep(json, signal)
      const answer = await this.#call.hostCall(name, json, signal)
      const limit = Math.max(guestLimits.messageLength, maxPayloadLength(this.#call.isolate))
      if (answer.length <= limit) return answer
      const parameters = { plugin, version, name, reached: answer.length, limit }
      return sandboxErrors.create('HOST_ANSWER_TOO_LARGE', parameters)
    } catch (cause) {
      if (cause instanceof CodedError) return cause
      // A host's own exception may name files and hosts: the guest gets the code alone.
      return sandboxErrors.create('HOST_CALL_FAILED', { plugin, version, name }, { cause })
    }
  }

  /** A timer of the guest. On a replay the order of the trace is all the waiting there is. */
  async #sleep(json: string, signal: AbortSignal): Promise<string> {
    const request: unknown = secureJsonParse.safeParse(json)
    const ms = Number(Object(request).ms)
    if (this.#inOrder === undefined && ms > 0) {
      await delay(Math.min(ms, this.#call.deadlineMs), undefined, { signal, ref: false })
    }
    return 'null'
  }

  #deliver(number: number, given: string | CodedError, at: number, sink: HostCallSink): void {
    this.#answers.push({ hostCall: number, at })
    if (given instanceof CodedError) sink.replyError(number, at, given.code, given.message)
    else sink.reply(number, at, given)
  }
}

type Deliver = (number: number, given: string | CodedError, at: number) => void

/** Holds answers back until their turn in a trace, and gives them the instants of the trace. */
class OrderedDelivery {
  readonly #trace: CallTrace
  readonly #held = new Map<number, string | CodedError>()
  #next = 0

  constructor(trace: CallTrace) {
    this.#trace = trace
  }

  add(number: number, given: string | CodedError, deliver: Deliver): void {
    this.#held.set(number, given)
    for (;;) {
      const next = this.#trace.answers[this.#next]
      const held = next === undefined ? undefined : this.#held.get(next.hostCall)
      if (next === undefined || held === undefined) return
      this.#next++
      deliver(next.hostCall, held, next.at)
    }
  }
}
