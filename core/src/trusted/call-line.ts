import { sandboxErrors } from '@signalbox/sandbox'
import {
  callHead,
  endCall,
  FairQueue,
  type Frame,
  fromLane,
  hostCallOf,
  ONLY_TOLD,
  type PendingCall,
  toLane,
} from '@signalbox/sandbox/supervision'
import { CodedError } from '@signalbox/sdk/errors'
import { coreErrors } from '../errors.ts'
import { ByteStream } from './byte-stream.ts'
import { fromTrusted, toTrusted } from './child/trusted-wire.ts'
import type { TrustedProcess } from './trusted-process.ts'

/** Calls that one process works on side by side: it is one thread, and each may hold a payload. */
const MAX_AT_WORK = 128
const queueLimits = { maxTotal: 1024, maxPerTenant: 256 }
/** Calls whose time is over and whose handler goes on all the same: so many, and the process has lost its way. */
const MAX_ABANDONED = 256
const RETRY_AFTER_S = 1
/** Answers of bytes under way: they last, and may not take all of a process's calls. */
const MAX_STREAMS = 32
const MAX_STREAMS_OF_TENANT = 8

const { ok, refused, failed, hostCall, log } = fromLane
const { bytesBegin, noBytes, bytes } = fromTrusted
const kindsOfCalls: ReadonlySet<number> = new Set([
  ...[ok, refused, failed, hostCall, log],
  ...[bytesBegin, noBytes, bytes],
])

/** An answer of bytes that has begun. */
interface Streaming {
  readonly stream: ByteStream
  readonly maxBytes: number
  /** Milliseconds since the epoch. */
  readonly deadlineAt: number
}

/** The calls of one version: those that wait, and those that its process has been given. */
export class CallLine {
  readonly #waiting = new FairQueue<PendingCall>(queueLimits)
  readonly #atWork = new Map<number, PendingCall>()
  readonly #abandoned = new Set<number>()
  /** Cancelled before their time was over, with a handler that goes on: until then each keeps its place. */
  readonly #leaving = new Map<number, number>()
  readonly #streams = new WeakMap<PendingCall, Streaming>()
  #streaming: PendingCall[] = []
  #lastId = 0

  get isEmpty(): boolean {
    return this.#waiting.size === 0 && this.#atWork.size === 0
  }

  get waiting(): number {
    return this.#waiting.size
  }

  get atWork(): number {
    return this.#atWork.size
  }

  add(pending: PendingCall): void {
    if (pending.call.bytes !== undefined && !this.#hasStreamFor(pending)) return
    const full = this.#waiting.add(pending)
    if (full === undefined) return
    const { plugin, version } = pending.call.isolate
    const options = { retryAfterS: RETRY_AFTER_S }
    pending.failed(sandboxErrors.create('BUSY', { plugin, version, ...full }, options), 'host')
  }

  /** Gives the process as much as it may work on. */
  serve(process: TrustedProcess): void {
    this.#waiting.serve((pending) => {
      const taken = this.#atWork.size + this.#leaving.size
      if (taken >= MAX_AT_WORK || !process.hasRoom) return false
      // Every call weighs the same: what a tenant's calls really cost one process cannot be told apart.
      this.#waiting.charge(pending.call.isolate.tenant, 1)
      this.#send(pending, process)
      return true
    })
  }

  /** Answers what is late. @returns false when the process holds on to too much of it. */
  sweep(now: number, process: TrustedProcess | undefined): boolean {
    const isLate = ({ deadlineAt }: { readonly deadlineAt: number }) => now >= deadlineAt
    for (const pending of this.#waiting.remove(isLate)) this.#late(pending, now, 'host')
    for (const pending of this.#atWork.values()) {
      const { isCancelled } = pending
      const streaming = isCancelled ? undefined : this.#streams.get(pending)
      if (!isLate(streaming ?? pending)) {
        this.#tellNews(pending, process)
        continue
      }
      const error =
        streaming === undefined
          ? this.#late(pending, now, isCancelled ? 'host' : 'plugin')
          : this.#tooLong(pending, streaming)
      this.#leave(pending, process, error)
    }
    for (const [id, deadlineAt] of this.#leaving) {
      if (now < deadlineAt) continue
      this.#leaving.delete(id)
      this.#abandoned.add(id)
    }
    return this.#abandoned.size <= MAX_ABANDONED
  }

  /**
   * What the process says of a call. A call that is over gets nothing and can ask for nothing.
   * @returns false for what no honest process sends: a number that was never given, a host call beyond the limits.
   */
  take(frame: Frame, process: TrustedProcess, peakHeapMb: number): boolean {
    const { kind, id, text, payload } = frame
    if (id === 0 || id > this.#lastId || !kindsOfCalls.has(kind)) return false
    const isEnd = kind === ok || kind === refused || kind === failed
    const pending = this.#atWork.get(id)
    if (pending === undefined) {
      if (isEnd) this.#forget(id)
      return true
    }
    if (kind === log) pending.log(text, payload)
    else if (kind === hostCall) {
      return pending.startHostCall(hostCallOf(frame), this.#sinkFor(pending, process))
    } else if (kind === bytesBegin) return this.#begin(pending, text, process)
    else if (kind === bytes) return this.#piece(pending, frame, process)
    else if (kind === noBytes) this.#stray(pending, text, process)
    else {
      const streaming = this.#streams.get(pending)
      // Its answer is bytes or nothing.
      if (kind === ok && pending.call.bytes !== undefined && streaming === undefined) return false
      this.#atWork.delete(id)
      endCall(pending, frame, peakHeapMb, streaming?.stream.bytes)
    }
    return true
  }

  /** Something of its answer is with the client already: it can only be cut. */
  hasBegun(pending: PendingCall): boolean {
    return this.#streams.has(pending)
  }

  #forget(id: number): void {
    this.#leaving.delete(id)
    this.#abandoned.delete(id)
  }

  /** The process is gone. @returns what it was at work on */
  takeAtWork(): PendingCall[] {
    const lost = [...this.#atWork.values()]
    this.#atWork.clear()
    this.#abandoned.clear()
    this.#leaving.clear()
    return lost
  }

  takeWaiting(): PendingCall[] {
    return this.#waiting.remove(() => true)
  }

  #send(pending: PendingCall, process: TrustedProcess): void {
    const { isolate, context, inputJson, bytes } = pending.call
    const { principal, arm, traceId } = context
    const id = ++this.#lastId
    pending.id = id
    this.#atWork.set(id, pending)
    pending.begin(Date.now())
    const { seed, entry, guestDeadlineAt } = pending
    // What a handler of bytes has to keep is the deadline of its last one.
    const deadlineAt = bytes === undefined ? guestDeadlineAt : pending.acceptedAt + bytes.maxMs
    const head = callHead(entry, seed, deadlineAt, principal, arm, traceId)
    const { tenant, configJson } = isolate
    const payload = configJson + inputJson
    const kind = bytes === undefined ? toLane.call : toTrusted.callForBytes
    process.send(kind, id, configJson.length, `${tenant}\n${head}`, payload)
  }

  /** Tells the process that nobody waits any more, and why. */
  #leave(
    { id, isCancelled, ownDeadlineAt }: PendingCall,
    process: TrustedProcess | undefined,
    { code, message }: CodedError,
  ): void {
    if (!this.#atWork.delete(id)) return
    // Whoever hangs up again and again must not cost the process, as handlers do that keep no deadline.
    if (isCancelled) this.#leaving.set(id, ownDeadlineAt)
    else this.#abandoned.add(id)
    process?.send(toLane.cancel, id, 0, code, message)
  }

  /** A handler that may go on learns, once, that nobody waits any more. */
  #tellNews(pending: PendingCall, process: TrustedProcess | undefined): void {
    const news = pending.takeNews()
    if (news !== undefined) {
      process?.send(toLane.cancel, pending.id, ONLY_TOLD, news.code, news.message)
    }
  }

  #hasStreamFor(pending: PendingCall): boolean {
    this.#streaming = this.#streaming.filter((one) => !one.isOver && one !== pending)
    const { tenant, plugin, version } = pending.call.isolate
    const own = this.#streaming.filter(({ call }) => call.isolate.tenant === tenant).length
    if (this.#streaming.length >= MAX_STREAMS || own >= MAX_STREAMS_OF_TENANT) {
      const limit = own >= MAX_STREAMS_OF_TENANT ? MAX_STREAMS_OF_TENANT : MAX_STREAMS
      const options = { retryAfterS: RETRY_AFTER_S }
      pending.failed(
        coreErrors.create('BYTES_AT_ONCE', { plugin, version, limit }, options),
        'host',
      )
      return false
    }
    this.#streaming.push(pending)
    return true
  }

  #begin(pending: PendingCall, fileName: string, process: TrustedProcess): boolean {
    const { bytes: sink } = pending.call
    if (sink === undefined || this.#streams.has(pending)) return false
    const { id } = pending
    const stream = new ByteStream({
      onTaken: (credit) => {
        if (this.#atWork.get(id) === pending) process.send(toTrusted.credit, id, credit, '', '')
      },
      onLeft: (error) => {
        if (this.#atWork.get(id) !== pending) return
        const why = error instanceof CodedError ? error : coreErrors.create('CALLER_LEFT')
        this.#cut(pending, process, why, 'host')
      },
    })
    const { maxBytes, maxMs } = sink
    this.#streams.set(pending, { stream, maxBytes, deadlineAt: pending.acceptedAt + maxMs })
    sink.start(isFileName(fileName) ? { fileName } : {}, stream)
    return true
  }

  #piece(pending: PendingCall, { bytes: piece }: Frame, process: TrustedProcess): boolean {
    const streaming = this.#streams.get(pending)
    if (streaming === undefined || piece === undefined) return false
    const { stream, maxBytes } = streaming
    if (stream.bytes + piece.length > maxBytes) {
      const { plugin, version } = pending.call.isolate
      const parameters = { plugin, version, limitMb: maxBytes / (1024 * 1024) }
      this.#cut(pending, process, coreErrors.create('BYTES_TOO_MANY', parameters), 'plugin')
      return true
    }
    return stream.receive(piece)
  }

  #stray(pending: PendingCall, what: string, process: TrustedProcess): void {
    const { plugin, version } = pending.call.isolate
    const parameters = { plugin, version, reached: what.slice(0, 20) }
    this.#cut(pending, process, coreErrors.create('BYTES_EXPECTED', parameters), 'plugin')
  }

  /** A client that takes its bytes slowly is no fault of the version's. */
  #tooLong(pending: PendingCall, { stream, deadlineAt }: Streaming): CodedError {
    const { plugin, version } = pending.call.isolate
    const limitS = (deadlineAt - pending.acceptedAt) / 1000
    const error = coreErrors.create('BYTES_TOO_LONG', { plugin, version, limitS })
    this.fail(pending, error, stream.isStarved ? 'plugin' : 'host')
    return error
  }

  #cut(
    pending: PendingCall,
    process: TrustedProcess,
    error: CodedError,
    blame: 'plugin' | 'host',
  ): void {
    this.#leave(pending, process, error)
    this.fail(pending, error, blame)
  }

  /** What the client has of it already is counted all the same. */
  fail(pending: PendingCall, error: CodedError, blame: 'plugin' | 'host'): void {
    const answerBytes = this.#streams.get(pending)?.stream.bytes ?? 0
    pending.failed(error, blame, { cpuUs: 0, peakHeapMb: 0, answerBytes })
  }

  #late(pending: PendingCall, now: number, blame: 'plugin' | 'host'): CodedError {
    const error = pending.lateError(now)
    this.fail(pending, error, blame)
    return error
  }

  /** An answer that comes after the process was replaced belongs to nobody there. */
  #sinkFor(pending: PendingCall, process: TrustedProcess) {
    const { id } = pending
    const tell = (kind: number, asked: number, text: string, payload: string) => {
      if (this.#atWork.get(id) === pending) process.send(kind, id, asked, text, payload)
    }
    return {
      reply: (asked: number, _at: number, json: string) => tell(toLane.reply, asked, '', json),
      replyError: (asked: number, _at: number, code: string, message: string) =>
        tell(toLane.replyError, asked, code, message),
    }
  }
}

/** It becomes part of a header, and what a browser saves a file as. */
function isFileName(text: string): boolean {
  return text !== '' && text.length <= 200 && !/[\p{Cc}\p{Cs}/\\]/u.test(text)
}
