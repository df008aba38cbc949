import { sandboxErrors } from '@signalbox/sandbox'
import {
  callHead,
  endCall,
  FairQueue,
  type Frame,
  fromLane,
  hostCallOf,
  type PendingCall,
  toLane,
} from '@signalbox/sandbox/supervision'
import type { CodedError } from '@signalbox/sdk/errors'
import type { TrustedProcess } from './trusted-process.ts'

/** Calls that one process works on side by side: it is one thread, and each may hold a payload. */
const MAX_AT_WORK = 128
const queueLimits = { maxTotal: 1024, maxPerTenant: 256 }
/** Calls whose time is over and whose handler goes on all the same: so many, and the process has lost its way. */
const MAX_ABANDONED = 256
const RETRY_AFTER_S = 1

const { ok, refused, failed, hostCall, log } = fromLane
const kindsOfCalls: ReadonlySet<number> = new Set([ok, refused, failed, hostCall, log])

/** The calls of one version: those that wait, and those that its process has been given. */
export class CallLine {
  readonly #waiting = new FairQueue<PendingCall>(queueLimits)
  readonly #atWork = new Map<number, PendingCall>()
  readonly #abandoned = new Set<number>()
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
    const full = this.#waiting.add(pending)
    if (full === undefined) return
    const { plugin, version } = pending.call.isolate
    const options = { retryAfterS: RETRY_AFTER_S }
    pending.failed(sandboxErrors.create('BUSY', { plugin, version, ...full }, options), 'host')
  }

  /** Gives the process as much as it may work on. */
  serve(process: TrustedProcess): void {
    this.#waiting.serve((pending) => {
      if (this.#atWork.size >= MAX_AT_WORK || !process.hasRoom) return false
      // Every call weighs the same: what a tenant's calls really cost one process cannot be told apart.
      this.#waiting.charge(pending.call.isolate.tenant, 1)
      this.#send(pending, process)
      return true
    })
  }

  /** Answers what is late. @returns false when the process holds on to too much of it. */
  sweep(now: number, process: TrustedProcess | undefined): boolean {
    const isLate = ({ deadlineAt }: PendingCall) => now >= deadlineAt
    for (const pending of this.#waiting.remove(isLate)) this.#late(pending, now, 'host')
    for (const [id, pending] of this.#atWork) {
      if (!isLate(pending)) continue
      this.#atWork.delete(id)
      this.#abandoned.add(id)
      const { code, message } = this.#late(pending, now, pending.isCancelled ? 'host' : 'plugin')
      process?.send(toLane.cancel, id, 0, code, message)
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
      if (isEnd) this.#abandoned.delete(id)
      return true
    }
    if (kind === log) pending.log(text, payload)
    else if (kind === hostCall) {
      return pending.startHostCall(hostCallOf(frame), this.#sinkFor(pending, process))
    } else {
      this.#atWork.delete(id)
      endCall(pending, frame, peakHeapMb)
    }
    return true
  }

  /** The process is gone. @returns what it was at work on */
  takeAtWork(): PendingCall[] {
    const lost = [...this.#atWork.values()]
    this.#atWork.clear()
    this.#abandoned.clear()
    return lost
  }

  takeWaiting(): PendingCall[] {
    return this.#waiting.remove(() => true)
  }

  #send(pending: PendingCall, process: TrustedProcess): void {
    const { isolate, context, inputJson } = pending.call
    const { principal, arm, traceId } = context
    const id = ++this.#lastId
    pending.id = id
    this.#atWork.set(id, pending)
    pending.begin(Date.now())
    const { seed, entry, guestDeadlineAt } = pending
    const head = callHead(entry, seed, guestDeadlineAt, principal.kind, arm, traceId, principal.id)
    const { tenant, configJson } = isolate
    const payload = configJson + inputJson
    process.send(toLane.call, id, configJson.length, `${tenant}\n${head}`, payload)
  }

  #late(pending: PendingCall, now: number, blame: 'plugin' | 'host'): CodedError {
    const error = pending.lateError(now)
    pending.failed(error, blame)
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
