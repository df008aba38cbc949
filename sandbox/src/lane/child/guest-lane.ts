import type { Frame, FrameWriter } from '../wire/frame.ts'
import {
  COMPILED_REJECTED,
  type FailureReason,
  fromLane,
  NO_FAULT,
  ONLY_TOLD,
  toLane,
} from '../wire/messages.ts'
import { CallBatch } from './call-batch.ts'
import type { CompiledScript } from './compiled-script.ts'
import { guestOps } from './guest/runtime.ts'
import { GuestFailure, isInnocent } from './guest-failure.ts'
import type { GuestIsolate } from './guest-isolate.ts'
import { loadGuest } from './guest-loader.ts'
import type { FirstTurn, GuestRealm } from './guest-realm.ts'
import { GuestShells } from './guest-shell.ts'
import { Handlers } from './handlers.ts'
import { type OutboxRecord, readOutbox } from './outbox-records.ts'
import type { SelfWatch } from './self-watch.ts'

/** First character of an answer that is all there is in an outbox. */
const ANSWER_ALONE = '='
/** Kinds of records that end a call. */
const answerKinds: ReadonlySet<string> = new Set(['O', 'N', 'F'])

interface LoadedIsolate {
  readonly id: number
  readonly turnMs: number
  readonly guest: GuestIsolate
  /** Calls that wait for a host call or a promise. */
  readonly waiting: Set<GuestCall>
  readonly handlers: Handlers
}

interface GuestCall {
  readonly id: number
  readonly isolate: LoadedIsolate
  /** Undefined before the first turn of a call that gets one for itself. */
  realm: GuestRealm | undefined
  cpuUs: number
  isSettled: boolean
}

/**
 * The lane's side of the protocol: frames in, guest turns one at a time, frames out. It has no timer and
 * no queue of its own; the host decides when a call is over and tells it (see wire/messages.ts).
 *
 * An entry into an isolate costs as much as a brief call. Brief calls of one isolate that lie there together
 * therefore enter together: one after the other, each in its place, in one turn under one turn's limits.
 */
export class GuestLane {
  readonly #out: FrameWriter
  readonly #watch: SelfWatch
  readonly #shells: GuestShells
  readonly #isolates = new Map<number, LoadedIsolate>()
  readonly #waiting = new Map<number, GuestCall>()
  readonly #batch = new CallBatch()
  /** Whose microtasks may have filled an outbox that was not fetched yet, and after whose turn. */
  #undrained: GuestCall | undefined
  /** The host's clock, from the frame at work. */
  #now = 0
  /** This process's clock when the frame came to its turn. */
  #began = 0
  #hasDisposed = false

  constructor(out: FrameWriter, bootstrap: CompiledScript, watch: SelfWatch) {
    this.#out = out
    this.#watch = watch
    this.#shells = new GuestShells(bootstrap)
  }

  /** @param frameNumber as the host counts. @param now this process's clock. */
  handle(frame: Frame, frameNumber: number, now: number): void {
    this.#began = now
    if (frame.kind === toLane.call && this.#isBrief(frame)) {
      if (!this.#batch.fits(frame)) this.#runBatch()
      this.#batch.add(frame, frameNumber)
      return
    }
    this.#runBatch()
    this.#watch.enter(frameNumber, frameNumber)
    this.#now = frame.at
    this.#work(frame)
  }

  /** @returns whether an isolate was disposed of since this was last asked. */
  takeDisposed(): boolean {
    const hasDisposed = this.#hasDisposed
    this.#hasDisposed = false
    return hasDisposed
  }

  /** Before answers are sent: nothing of what was handed in stays behind. */
  finish(): void {
    this.#runBatch()
    this.#drain()
  }

  #isBrief({ number, text }: Frame): boolean {
    const isolate = this.#isolates.get(number)
    return isolate?.guest.sharedRealm !== undefined && isolate.handlers.of(text).isBrief
  }

  #work(frame: Frame): void {
    switch (frame.kind) {
      case toLane.call:
        this.#start(frame)
        break
      case toLane.reply:
        this.#resume(guestOps.reply, frame)
        break
      case toLane.replyError:
        this.#resume(guestOps.replyError, frame)
        break
      case toLane.cancel:
        this.#cancel(frame)
        break
      case toLane.load:
        this.#load(frame)
        break
      case toLane.drop:
        this.#drop(frame.id)
        break
      default:
        // A ping: that the frame was worked off is the answer. The host sends it when there is nothing to do.
        this.prepare()
    }
  }

  /** Makes ahead what the next load will need. */
  prepare(): void {
    this.#shells.refill()
  }

  /**
   * Fetches what microtasks left behind. An entry into an isolate costs most of a call, so it is not done after
   * each turn: the next turn of the same realm brings it along. It must be done before another one's turn, which
   * may be long, and before the answers are sent.
   */
  #drain(): void {
    const call = this.#undrained
    if (call === undefined) return
    this.#undrained = undefined
    const { guest, waiting } = call.isolate
    const isAwaited = guest.sharedRealm === undefined ? !call.isSettled : waiting.size > 0
    if (isAwaited) this.#enter(call, guestOps.drain, 0, '', '')
  }

  #load(frame: Frame): void {
    this.#drain()
    try {
      const { guest, turnMs, isCodeRejected } = loadGuest(frame, this.#shells)
      const waiting = new Set<GuestCall>()
      const loaded = { id: frame.id, turnMs, guest, waiting, handlers: new Handlers() }
      this.#isolates.set(frame.id, loaded)
      const note = isCodeRejected ? COMPILED_REJECTED : ''
      this.#out.add(fromLane.loaded, frame.id, guest.takeCpuUs(), 0, note, '')
      this.#tellHeap(loaded, guest.lookAtHeap())
    } catch (error) {
      const failure = error instanceof GuestFailure ? error : new GuestFailure('threw', `${error}`)
      this.#out.add(fromLane.loadFailed, frame.id, 0, 0, failure.reason, this.#detailOf(failure))
    }
  }

  #drop(id: number): void {
    const isolate = this.#isolates.get(id)
    if (isolate !== undefined) this.#dispose(isolate)
  }

  #start(frame: Frame): void {
    const isolate = this.#isolates.get(frame.number)
    if (isolate === undefined) {
      this.#out.add(fromLane.gone, frame.id, 0, 0, '', '')
      return
    }
    const call = newCall(frame.id, isolate)
    const handler = isolate.handlers.of(frame.text)
    this.#turn(call, guestOps.call, handler.number, frame.text, frame.payload)
    handler.learn(call.cpuUs, call.isSettled)
    this.#keepIfOpen(call)
  }

  /** A call that is not over waits; one that is may have moved another one on. */
  #keepIfOpen(call: GuestCall): void {
    const { isolate } = call
    if (!call.isSettled) {
      isolate.waiting.add(call)
      this.#waiting.set(call.id, call)
    }
    if (isolate.waiting.size > 0) this.#undrained = call
  }

  #runBatch(): void {
    const frames = this.#batch.take()
    const [first] = frames
    if (first === undefined) return
    this.#watch.enter(this.#batch.first, this.#batch.last)
    this.#now = first.at
    if (frames.length === 1) this.#start(first)
    else this.#startTogether(frames, this.#isolates.get(first.number) as LoadedIsolate)
  }

  #startTogether(frames: readonly Frame[], isolate: LoadedIsolate): void {
    const { guest, handlers } = isolate
    const realm = guest.sharedRealm as GuestRealm
    if (this.#undrained !== undefined && this.#undrained.realm !== realm) this.#drain()
    const calls = new Map<number, GuestCall>()
    const turns: FirstTurn[] = []
    for (const { id, text, payload } of frames) {
      calls.set(id, newCall(id, isolate))
      turns.push({ id, handler: handlers.of(text).number, head: text, input: payload })
    }
    try {
      const records: OutboxRecord[] = []
      readOutbox(realm.turns(turns, this.#now), (record) => records.push(record))
      // The guest side stops behind a call that is not over when its handler returns.
      const answered = records.filter(({ kind, call }) => answerKinds.has(kind) && calls.has(call))
      const begun = frames.slice(0, answered.length + 1)
      const cpuUs = this.#chargeEach(begun, calls, isolate)
      for (const record of records) this.#deliver(calls.get(record.call), isolate, record)
      for (const { id, text } of begun) {
        const call = calls.get(id) as GuestCall
        handlers.of(text).learn(cpuUs, call.isSettled)
        this.#keepIfOpen(call)
      }
      for (const frame of frames.slice(begun.length)) this.#start(frame)
    } catch (error) {
      if (!(error instanceof GuestFailure)) throw error
      this.#failTogether(calls.values(), isolate, error)
    }
  }

  /** V8 counts for an isolate, not for a call: each has the same part. @returns it, in microseconds. */
  #chargeEach(
    begun: readonly Frame[],
    calls: ReadonlyMap<number, GuestCall>,
    isolate: LoadedIsolate,
  ): number {
    const total = isolate.guest.takeCpuUs()
    const each = Math.floor(total / begun.length)
    let rest = total - each * begun.length
    for (const { id } of begun) {
      const call = calls.get(id) as GuestCall
      call.cpuUs = each + (rest-- > 0 ? 1 : 0)
    }
    this.#tellHeap(isolate, isolate.guest.takeHeapPeak())
    return each
  }

  /** Which of them it was shows when each runs again alone. None has asked the host for anything yet. */
  #failTogether(
    calls: Iterable<GuestCall>,
    isolate: LoadedIsolate,
    { reason }: GuestFailure,
  ): void {
    for (const call of calls) {
      if (!call.isSettled) this.#out.add(fromLane.gone, call.id, 1, 0, '', '')
      call.isSettled = true
    }
    this.#lose(isolate, reason, this.#isInnocent(isolate, reason, isolate.guest.takeCpuUs()))
  }

  #resume(op: number, frame: Frame): void {
    const call = this.#waiting.get(frame.id)
    if (call === undefined) return
    this.#turn(call, op, frame.number, frame.text, frame.payload)
    if (!call.isSettled || call.isolate.waiting.size > 0) this.#undrained = call
  }

  /** A call that does not end when all it waits for has ended never will: its isolate holds a promise for ever. */
  #cancel(frame: Frame): void {
    const call = this.#waiting.get(frame.id)
    if (call === undefined) return
    this.#turn(call, guestOps.cancel, frame.number, frame.text, frame.payload)
    this.#undrained = call
    this.#drain()
    if (!call.isSettled && frame.number !== ONLY_TOLD) this.#fail(call, 'never-answered', '')
  }

  #turn(call: GuestCall, op: number, number: number, text: string, payload: string): void {
    const left = this.#undrained
    if (left !== undefined && left.realm !== call.realm) this.#drain()
    this.#enter(call, op, number, text, payload)
  }

  /** One entry into the isolate. What it computed is the call's, whichever calls ended in it. */
  #enter(call: GuestCall, op: number, number: number, text: string, payload: string): void {
    const { guest } = call.isolate
    try {
      call.realm ??= guest.makeRealm(this.#now)
      const outbox = call.realm.turn(op, call.id, number, this.#now, text, payload)
      call.cpuUs += guest.takeCpuUs()
      this.#tellHeap(call.isolate, guest.takeHeapPeak())
      this.#read(call, outbox)
    } catch (error) {
      if (!(error instanceof GuestFailure)) throw error
      this.#fail(call, error.reason, this.#detailOf(error))
    }
  }

  #read(call: GuestCall, outbox: string): void {
    if (outbox === '') return
    if (outbox[0] !== ANSWER_ALONE) {
      const { isolate } = call
      readOutbox(outbox, (record) => {
        this.#deliver(record.call === call.id ? call : undefined, isolate, record)
      })
      return
    }
    this.#settle(call)
    this.#out.add(fromLane.ok, call.id, call.cpuUs, 0, '', outbox.slice(1))
  }

  /** @param begun the call that the record is of, if it began in this turn; else it is one that waits. */
  #deliver(begun: GuestCall | undefined, isolate: LoadedIsolate, record: OutboxRecord): void {
    const call = begun ?? this.#waiting.get(record.call)
    if (call === undefined || call.isSettled || call.isolate !== isolate) return
    switch (record.kind) {
      case 'O':
        this.#settle(call)
        this.#out.add(fromLane.ok, call.id, call.cpuUs, 0, '', record.body)
        break
      case 'N':
        this.#settle(call)
        this.#out.add(fromLane.refused, call.id, call.cpuUs, 0, record.name, record.body)
        break
      case 'F':
        this.#settle(call)
        this.#out.add(fromLane.failed, call.id, call.cpuUs, 0, record.name, record.body)
        break
      case 'H':
        this.#out.add(fromLane.hostCall, call.id, record.number, 0, record.name, record.body)
        break
      case 'G':
        this.#out.add(fromLane.log, call.id, 0, 0, record.name, record.body)
        break
      default:
        break
    }
  }

  #settle(call: GuestCall): void {
    call.isSettled = true
    if (this.#waiting.delete(call.id)) call.isolate.waiting.delete(call)
    if (call.realm !== undefined) call.isolate.guest.leave(call.realm)
  }

  #fail(call: GuestCall, reason: FailureReason, detail: string): void {
    const { isolate } = call
    if (reason === 'memory') this.#tellHeap(isolate, isolate.guest.lookAtHeap())
    const turnUs = isolate.guest.takeCpuUs()
    const isInnocent = this.#isInnocent(isolate, reason, turnUs)
    if (!call.isSettled) {
      call.cpuUs += turnUs
      this.#settle(call)
      if (isInnocent) this.#out.add(fromLane.gone, call.id, 1, 0, '', '')
      else this.#out.add(fromLane.failed, call.id, call.cpuUs, 0, reason, detail)
    }
    this.#lose(isolate, reason, isInnocent)
  }

  #isInnocent({ turnMs }: LoadedIsolate, reason: FailureReason, turnUs: number): boolean {
    return isInnocent(reason, Date.now() - this.#began, turnUs / 1000, turnMs)
  }

  #lose(isolate: LoadedIsolate, reason: FailureReason, isInnocent: boolean): void {
    this.#dispose(isolate)
    this.#out.add(fromLane.tainted, isolate.id, 0, 0, isInnocent ? NO_FAULT : reason, '')
  }

  /** The value that a limit was reached with. What a heap held when it was over its limit nobody can tell. */
  #detailOf({ reason, message }: GuestFailure): string {
    return reason === 'turn-timeout' ? `${Date.now() - this.#began}` : message
  }

  #tellHeap(isolate: LoadedIsolate, peakKiB: number): void {
    if (peakKiB > 0) this.#out.add(fromLane.heap, isolate.id, peakKiB, 0, '', '')
  }

  /** What still waits in the isolate ends with it; the host knows whether it may be tried again. */
  #dispose(isolate: LoadedIsolate): void {
    if (this.#undrained?.isolate === isolate) this.#undrained = undefined
    this.#isolates.delete(isolate.id)
    const realms: GuestRealm[] = []
    for (const call of isolate.waiting) {
      call.isSettled = true
      this.#waiting.delete(call.id)
      if (call.realm !== undefined) realms.push(call.realm)
      this.#out.add(fromLane.gone, call.id, 1, 0, '', '')
    }
    isolate.waiting.clear()
    isolate.guest.dispose(realms)
    this.#hasDisposed = true
  }
}

function newCall(id: number, isolate: LoadedIsolate): GuestCall {
  return { id, isolate, realm: isolate.guest.sharedRealm, cpuUs: 0, isSettled: false }
}
