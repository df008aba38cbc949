import type { GuestCall, GuestOutcome, LogLevel } from '@signalbox/sandbox'
import type { CompiledOperation } from '@signalbox/sdk/compile-contract'
import { CodedError, type InputFault } from '@signalbox/sdk/errors'
import type { ServiceCall } from '../broker/call-scope.ts'
import type { InstalledVersion, Snapshot } from '../rollout/routing/snapshot.ts'

/** Text that one recording may hold, as it came: input, host calls, answer, log. What is larger is not kept. */
const MAX_LENGTH = 512 * 1024

/** One host call as it happened, untouched. */
export interface RawHostCall {
  readonly name: string
  readonly requestJson: string
  answerJson?: string
  error?: { readonly code: string; readonly message: string }
}

type RawFields = Readonly<Record<string, unknown>>

export interface RawLog {
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly level: LogLevel
  readonly message: string
  /** As text, whose length is what it costs to hold. */
  readonly fieldsJson: string
}

/** What became of a call, as core judged it: with the contract of the answer, which the sandbox does not know. */
export interface Verdict {
  readonly kind: 'answered' | 'refused' | 'failed'
  readonly code: string | null
  readonly message: string | null
  readonly faults: readonly InputFault[]
}

/** What a kept call is found by. One that no data service asked for stands under its kind, with major 0. */
export type NamedCall = Pick<
  ServiceCall,
  'principal' | 'service' | 'major' | 'operation' | 'inputJson' | 'traceId'
>

/** A call that has ended, with everything needed to record it. */
export interface EndedCall {
  readonly guest: GuestCall
  readonly call: NamedCall
  readonly version: InstalledVersion
  /** As of which the call was routed: the contracts of the services it called are in it. */
  readonly snapshot: Snapshot
  /** Undefined: no data service asked, so that no contract says what is sensitive. */
  readonly operation: CompiledOperation | undefined
  readonly startedAt: number
  readonly tookMs: number
  readonly outcome: GuestOutcome
  readonly verdict: Verdict
  readonly hostCalls: readonly RawHostCall[]
  readonly logs: readonly RawLog[]
  /** How many it logged, those too that were too much to be held. */
  readonly lines: number
  /** Characters of all texts above; undefined where they were too many to be held. */
  readonly length: number | undefined
}

/**
 * Keeps what a running call asks and is answered, as references to texts that are there anyway: most calls
 * end well, and nothing of them is ever read.
 */
export class WatchedCall {
  /** The same call, with everybody's ears on it. */
  readonly guest: GuestCall
  #hostCalls: RawHostCall[] | undefined
  #signal: AbortSignal | undefined
  #logs: RawLog[] | undefined
  #lines = 0
  #length: number

  constructor(guest: GuestCall) {
    this.#length = guest.inputJson.length + guest.isolate.configJson.length
    // Written out: every call pays for it, and a spread costs four times as much.
    this.guest = {
      isolate: guest.isolate,
      loadBundle: guest.loadBundle,
      entry: guest.entry,
      inputJson: guest.inputJson,
      context: guest.context,
      deadlineMs: guest.deadlineMs,
      bytes: guest.bytes,
      signal: guest.signal,
      left: guest.left,
      apart: guest.apart,
      hasEffect: guest.hasEffect,
      hostCall: (name, payload, signal) => this.#hostCall(guest, name, payload, signal),
      onLog: (level, message, fields) => {
        this.#log(level, message, fields)
        guest.onLog(level, message, fields)
      },
    }
  }

  take(outcome: GuestOutcome): Pick<EndedCall, 'hostCalls' | 'logs' | 'lines' | 'length'> {
    const lines = this.#lines
    const length = this.#length + (outcome.kind === 'ok' ? outcome.outputJson.length : 0)
    if (length > MAX_LENGTH) return { hostCalls: [], logs: [], lines, length: undefined }
    const hostCalls = outcome.hostCalls === 0 ? undefined : this.#hostCalls
    return { hostCalls: hostCalls ?? [], logs: this.#logs ?? [], lines, length }
  }

  async #hostCall(
    guest: GuestCall,
    name: string,
    requestJson: string,
    signal: AbortSignal,
  ): Promise<string> {
    // A call that is run again after its lane was lost has another signal: its first try does not count.
    if (signal !== this.#signal) this.#hostCalls = undefined
    this.#signal = signal
    const record: RawHostCall = { name, requestJson }
    this.#hostCalls ??= []
    this.#hostCalls.push(record)
    const isKept = this.#count(name.length + requestJson.length)
    try {
      const answer = await guest.hostCall(name, requestJson, signal)
      if (this.#count(answer.length) && isKept) record.answerJson = answer
      return answer
    } catch (error) {
      record.error = errorSeen(error)
      throw error
    }
  }

  #log(level: LogLevel, message: string, fields: RawFields): void {
    this.#lines++
    if (this.#length > MAX_LENGTH) return
    const fieldsJson = JSON.stringify(fields)
    if (!this.#count(message.length + fieldsJson.length)) return
    this.#logs ??= []
    this.#logs.push({ at: Date.now(), level, message, fieldsJson })
  }

  /** Past the limit nothing is held any more: the recording is lost, and its texts need not stay. */
  #count(length: number): boolean {
    this.#length += length
    if (this.#length <= MAX_LENGTH) return true
    this.#hostCalls = []
    this.#logs = undefined
    return false
  }
}

/** What the guest was told: a host's own exception reaches it by a code alone. */
function errorSeen(error: unknown): { code: string; message: string } {
  return error instanceof CodedError
    ? { code: error.code, message: error.message }
    : { code: 'SBX_HOST_CALL_FAILED', message: '' }
}
