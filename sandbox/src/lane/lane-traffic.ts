import type { LoadedBundle } from './guest-call.ts'
import type { HostCallSink } from './host-calls.ts'
import type { LaneIsolate } from './lane-isolates.ts'
import type { CallWork, Work } from './lane-loss.ts'
import type { LaneProcess } from './lane-process.ts'
import { maxPayloadLength } from './outcomes.ts'
import type { PendingCall } from './pending-call.ts'
import { type SentFrame, SentFrames } from './sent-frames.ts'
import { callHead, type LoadRequest, ONLY_TOLD, toLane } from './wire/messages.ts'

/** Computing time a lane may have ahead of it: enough to keep it busy between two turns of the host's loop. */
const MAX_BACKLOG_MS = 4
/** Frames ahead at most, however cheap: what is ahead must run again when the lane ends. */
const MAX_FRAMES_AHEAD = 128
/** Compiling has no limit of its own in V8; two MiB of honest code take 84 ms. */
const LOAD_LIMIT_MS = 3000
const HOUSEKEEPING_LIMIT_MS = 1000
/** So many isolates a lane makes ahead, one at each ping: see child/guest-shell.ts. */
const MAX_SHORT_OF = 2
/** As long as the seeds of calls. */
const SEED_LENGTH = 22
/** Expected cost of an answer to a host call in an isolate whose turns were never measured. */
const UNKNOWN_TURN_MS = 1

/** A turn that the lane's watcher reported, with the CPU its thread had had until then. */
interface LongTurn {
  readonly first: number
  readonly last: number
  readonly since: number
  readonly cpuMs: number | undefined
}

interface RunningTurn {
  readonly frame: SentFrame<Work>
  /** Several calls of one isolate entered it together: which of them it is, is not known. */
  readonly isShared: boolean
  readonly ms: number
  /** CPU that it had in that time: less, when the machine had none to give. */
  readonly cpuMs: number
}

/** What is under way to a lane, and how far the lane is with it. */
export class LaneTraffic {
  readonly #process: LaneProcess
  readonly #sent = new SentFrames<Work>()
  #done = 0
  #shortOf = 0
  #lastHeardAt = Date.now()
  #longTurn: LongTurn | undefined

  constructor(process: LaneProcess) {
    this.#process = process
  }

  get isIdle(): boolean {
    return this.#sent.size === 0
  }

  /** It was not at rest since it loaded something: see `ping`. */
  get isShort(): boolean {
    return this.#shortOf > 0
  }

  get backlogMs(): number {
    return this.#sent.backlogMs
  }

  /** @param isolate undefined when it must be loaded first: then the lane should have nothing else to do. */
  hasRoom(isolate: LaneIsolate | undefined): boolean {
    // How long a turn goes on that is long already, nobody knows.
    if (this.#longTurn !== undefined || this.#sent.size >= MAX_FRAMES_AHEAD) return false
    return this.#sent.backlogMs + (isolate?.turnCostMs ?? MAX_BACKLOG_MS) <= MAX_BACKLOG_MS
  }

  load(isolate: LaneIsolate, { source, compiled }: LoadedBundle): void {
    const { tenant, configJson, limits } = isolate.spec
    const request: LoadRequest = {
      sourceBytes: source.length,
      tenant,
      configJson,
      heapMb: limits.heapMb,
      turnMs: limits.turnMs,
      maxOutputLength: maxPayloadLength(isolate.spec),
      features: isolate.spec.features,
      state: isolate.spec.state,
      // A bundle that draws while it loads does so alike in every isolate: a replay loads it too.
      seed: isolate.spec.bundleSha256.slice(0, SEED_LENGTH),
    }
    const text = JSON.stringify(request)
    this.#shortOf = Math.min(this.#shortOf + 1, MAX_SHORT_OF)
    const parts = compiled === undefined ? [source] : [source, compiled]
    const number = this.#process.sendBytes(toLane.load, isolate.id, Date.now(), text, parts)
    const work = { isolate, call: undefined }
    this.#record({ number, work, costMs: MAX_BACKLOG_MS, limitMs: LOAD_LIMIT_MS })
  }

  call(work: CallWork): void {
    const { isolate, call } = work
    const { principal, arm, traceId } = call.call.context
    const at = call.begin(Date.now())
    const head = callHead(call.entry, call.seed, call.guestDeadlineAt, principal, arm, traceId)
    const { inputJson } = call.call
    const number = this.#process.send(toLane.call, call.id, isolate.id, at, head, inputJson)
    call.frame = number
    const costMs = isolate.turnCostMs ?? MAX_BACKLOG_MS
    const limitMs = isolate.spec.limits.turnMs
    this.#record({ number, work, costMs, limitMs })
  }

  /** A turn of a call that has started: an answer it waits for, or its end. */
  turn(
    kind: number,
    work: CallWork,
    hostCall: number,
    at: number,
    text: string,
    payload: string,
  ): void {
    const { isolate } = work
    const number = this.#process.send(kind, work.call.id, hostCall, at, text, payload)
    const costMs = isolate.turnCostMs ?? UNKNOWN_TURN_MS
    const limitMs = isolate.spec.limits.turnMs
    this.#record({ number, work, costMs, limitMs })
  }

  /** A handler that may go on learns, once, that nobody waits any more. */
  tellNews(work: CallWork, now: number): void {
    const news = work.call.takeNews()
    if (news === undefined) return
    this.turn(toLane.cancel, work, ONLY_TOLD, now, news.code, news.message)
  }

  /** @param isHere false when the lane has let go of the call: answers to it go nowhere any more. */
  sinkOf(work: CallWork, isHere: () => boolean): HostCallSink {
    return {
      reply: (number, at, json) => {
        if (isHere()) this.turn(toLane.reply, work, number, at, '', json)
      },
      replyError: (number, at, code, message) => {
        if (isHere()) this.turn(toLane.replyError, work, number, at, code, message)
      },
    }
  }

  /** Asks for a sign of life. The lane takes it for rest, and makes ahead an isolate for the next load. */
  ping(): void {
    this.#shortOf = Math.max(0, this.#shortOf - 1)
    this.housekeeping(toLane.ping, 0)
  }

  housekeeping(kind: number, id: number): void {
    const number = this.#process.send(kind, id, 0, Date.now(), '', '')
    this.#record({ number, work: undefined, costMs: 0, limitMs: HOUSEKEEPING_LIMIT_MS })
  }

  workedOff(frame: number): void {
    this.#lastHeardAt = Date.now()
    this.#done = frame
    this.#sent.done(frame)
    if (this.#longTurn !== undefined && this.#longTurn.last <= frame) this.#longTurn = undefined
  }

  reportLongTurn(first: number, last: number): void {
    if (last <= this.#done) return
    this.#longTurn = { first, last, since: Date.now(), cpuMs: this.#process.cpuMs() }
  }

  hasStarted(call: PendingCall): boolean {
    return call.frame !== 0 && call.frame <= (this.#longTurn?.last ?? this.#done)
  }

  /** The turn that has held the lane for some milliseconds, as its watcher reported. */
  longTurn(now: number): RunningTurn | undefined {
    if (this.#longTurn === undefined) return undefined
    const { first, last, since, cpuMs } = this.#longTurn
    const frame = this.#sent.find(first)
    if (frame === undefined) return undefined
    const ms = now - since
    const had = cpuMs === undefined ? undefined : this.#process.cpuMs()
    return { frame, isShared: last > first, ms, cpuMs: had === undefined ? ms : had - (cpuMs ?? 0) }
  }

  /** Calls that never started behind a long turn. Not its publisher's: they might hold up the next lane, too. */
  waitingBehind(): CallWork[] {
    const { publisher } = this.#sent.find(this.#longTurn?.first ?? 0)?.work?.isolate.spec ?? {}
    if (publisher === undefined) return []
    return this.#sent.work().filter((work): work is CallWork => {
      const { call, isolate } = work
      return call !== undefined && isolate.spec.publisher !== publisher && !this.hasStarted(call)
    })
  }

  isWorkingFor(isMeant: (work: Work) => boolean): boolean {
    return this.#sent.some(isMeant)
  }

  unfinished(): Work[] {
    return this.#sent.work()
  }

  /** Since the lane was last heard of, or since it was given work after a rest. */
  silentMs(now: number): number {
    return now - this.#lastHeardAt
  }

  #record(frame: SentFrame<Work>): void {
    if (this.#sent.size === 0) this.#lastHeardAt = Date.now()
    this.#sent.add(frame)
  }
}
