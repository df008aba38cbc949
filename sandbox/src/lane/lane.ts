import type { KillReason, ProcessExit } from '../process/guest-process.ts'
import type { IsolateSpec, LoadedBundle } from './guest-call.ts'
import type { LaneEvents, LaneLimits } from './lane-events.ts'
import { type LaneFault, laneFault } from './lane-fault.ts'
import { type LaneIsolate, LaneIsolates, learnTurnCost } from './lane-isolates.ts'
import {
  type CallWork,
  type Culprit,
  culprit,
  culpritOf,
  guiltyOf,
  interruption,
  type Suspect,
} from './lane-loss.ts'
import { LaneProcess } from './lane-process.ts'
import { LaneTraffic } from './lane-traffic.ts'
import { loadError, lossError, taintCode } from './outcomes.ts'
import type { PendingCall } from './pending-call.ts'
import { endCall, hostCallOf } from './received.ts'
import { type LaneView, watchLane } from './watchdog.ts'
import type { Frame } from './wire/frame.ts'
import {
  COMPILED_REJECTED,
  type FailureReason,
  fromLane,
  NO_FAULT,
  toLane,
} from './wire/messages.ts'

/** Nobody waits longer behind the turn of another: a third of what a neighbour may be kept waiting at all. */
const MAX_WAIT_MS = 80
/** Calls that wait for something inside one lane. Each holds a promise in its isolate's heap. */
const MAX_CALLS = 512

/**
 * A lane as the host keeps it: which isolates it has, which calls it works on, what lies ahead of it.
 *
 *     starting ──ready──▶ serving ──retire──▶ retiring ──last call over──▶ dying ──exit──▶ gone
 *         └──────────────────┴──────────kill──────┴──────────────────────▶ dying
 */
export class Lane {
  mode: 'starting' | 'serving' | 'retiring' | 'dying' | 'gone' = 'starting'
  residentMb = 0
  wasReady = false
  readonly #process: LaneProcess
  readonly #limits: LaneLimits
  readonly #events: LaneEvents<Lane>
  readonly #isolates = new LaneIsolates()
  readonly #calls = new Map<number, CallWork>()
  readonly #traffic: LaneTraffic
  #lastId = 0
  #loads = 0

  constructor(limits: LaneLimits, events: LaneEvents<Lane>) {
    this.#limits = limits
    this.#events = events
    this.#process = new LaneProcess(limits, {
      onFrame: (frame) => this.#receive(frame),
      onLongTurn: (first, last) => this.#traffic.reportLongTurn(first, last),
      onExit: (exit) => this.#gone(exit),
    })
    this.#traffic = new LaneTraffic(this.#process)
  }

  get pid(): number {
    return this.#process.pid
  }

  get isolateCount(): number {
    return this.#isolates.size
  }

  get callCount(): number {
    return this.#calls.size
  }

  get backlogMs(): number {
    return this.#traffic.backlogMs
  }

  /** Whether it has turns of the tenant ahead of it. */
  worksFor(tenant: string): boolean {
    return this.#traffic.isWorkingFor(({ isolate }) => isolate.spec.tenant === tenant)
  }

  holds(key: string): boolean {
    return this.#isolates.get(key) !== undefined
  }

  /** What a turn of the isolate takes, as seen so far. */
  turnCostMs(key: string): number | undefined {
    return this.#isolates.get(key)?.turnCostMs
  }

  /** Whether a call may be sent now. @param isAlone only when there is nothing beside it. */
  hasRoom(call: PendingCall, isAlone: boolean): boolean {
    if (this.mode !== 'serving' || this.#calls.size >= MAX_CALLS) return false
    const isolate = this.#isolates.get(call.key)
    // What its turns take is not known before the first: until then they come one by one.
    if (isolate?.unsent !== undefined) return false
    if (this.#traffic.isIdle) return true
    return !isAlone && this.#traffic.hasRoom(isolate)
  }

  start(call: PendingCall): void {
    const isolate = this.#isolates.get(call.key) ?? this.#prepare(call)
    call.id = this.#nextId()
    call.frame = 0
    const work = { isolate, call }
    this.#calls.set(call.id, work)
    this.#isolates.touch(isolate)
    isolate.calls.add(call)
    if (isolate.unsent === undefined) this.#traffic.call(work)
    else isolate.unsent.push(work)
  }

  /** Takes no new calls, and ends when the last one has. */
  retire(): void {
    if (this.mode === 'gone' || this.mode === 'dying') return
    this.mode = 'retiring'
    this.#events.onDown(this)
    this.#endIfRetired()
  }

  /**
   * Its place is free at once; its calls are told when it is gone, as some may still be answered. To end a process
   * holds the host for some milliseconds (measured: 3 to 5): what waits is sent to another lane before that, and
   * frames leave with the next turn of the loop.
   */
  kill(reason: KillReason): void {
    if (this.mode === 'gone' || this.mode === 'dying') return
    this.mode = 'dying'
    try {
      this.#events.onDown(this)
    } finally {
      setImmediate(() => setImmediate(() => this.#process.kill(reason)))
    }
  }

  /** Forgets isolates; those with calls go when the last of these is over. */
  drop(isMeant: (spec: IsolateSpec) => boolean): void {
    for (const isolate of this.#isolates.all()) {
      if (isMeant(isolate.spec)) this.#drop(isolate)
    }
  }

  /** To be called every few milliseconds: deadlines, stuck turns, memory. */
  sweep(now: number, isMemoryDue: boolean): void {
    for (const work of this.#calls.values()) {
      if (work.call.isOver) continue
      if (now >= work.call.deadlineAt) this.#expire(work.call, now)
      else this.#traffic.tellNews(work, now)
    }
    if (this.mode === 'gone' || this.mode === 'dying') return
    const view = this.#view(now, isMemoryDue)
    if (view.turnMs > MAX_WAIT_MS) this.#handOn()
    const verdict = watchLane(view, this.#limits)
    if (verdict === 'retire') this.retire()
    else if (verdict === 'ping') this.#traffic.ping()
    else if (verdict !== 'fine') this.kill(verdict)
  }

  #view(now: number, isMemoryDue: boolean): LaneView {
    const isBusy = !this.#traffic.isIdle
    const residentMb = isMemoryDue || isBusy ? this.#process.residentMb() : 0
    if (residentMb > 0) this.residentMb = residentMb
    const long = this.#traffic.longTurn(now)
    return {
      isServing: this.mode === 'serving',
      isBusy,
      silentMs: this.#traffic.silentMs(now),
      turnMs: long?.ms ?? 0,
      turnCpuMs: long?.cpuMs ?? 0,
      turnLimitMs: long?.frame.limitMs ?? 0,
      residentMb,
      loads: this.#loads,
      isShort: this.#traffic.isShort,
    }
  }

  /**
   * A turn takes long: who waits behind it and never started goes to another lane. This one may still come to
   * such a call: it finds no host for it, and the word that it is over.
   */
  #handOn(): void {
    for (const work of this.#traffic.waitingBehind()) {
      const { call } = work
      if (call.isOver || this.#calls.get(call.id) !== work) continue
      const why = call.lateError(Date.now())
      this.#traffic.turn(toLane.cancel, work, 0, Date.now(), why.code, why.message)
      this.#release(work)
      this.#events.onRunAgain(call)
    }
  }

  #prepare(call: PendingCall): LaneIsolate {
    if (this.#isolates.size >= this.#limits.maxIsolates) {
      const unused = this.#isolates.leastRecentlyUsed()
      if (unused !== undefined) this.#drop(unused)
    }
    const isolate = this.#isolates.add(this.#nextId(), call.key, call.call.isolate)
    void this.#load(isolate, call)
    return isolate
  }

  async #load(isolate: LaneIsolate, call: PendingCall): Promise<void> {
    try {
      const bundle = await call.call.loadBundle()
      isolate.onCompiledRejected = () => bundle.onCompiledRejected?.()
      if (this.mode !== 'gone') this.#sendLoad(isolate, bundle)
    } catch (error) {
      // Its calls run again elsewhere.
      if (this.mode === 'gone') return
      const fault = loadError(isolate.spec, 'threw', 'its bytes are not at hand', error)
      this.#failIsolate(isolate, (waiting) => waiting.failed(fault, 'host'))
    }
  }

  #sendLoad(isolate: LaneIsolate, bundle: LoadedBundle): void {
    this.#loads++
    this.#traffic.load(isolate, bundle)
    const unsent = isolate.unsent ?? []
    isolate.unsent = undefined
    for (const work of unsent) {
      if (work.call.isOver) this.#release(work)
      else this.#traffic.call(work)
    }
  }

  #receive(frame: Frame): void {
    switch (frame.kind) {
      case fromLane.done:
        this.#workedOff(frame.id)
        break
      case fromLane.loaded:
        this.#loaded(frame)
        break
      case fromLane.loadFailed:
        this.#loadFailed(frame)
        break
      case fromLane.tainted:
        this.#tainted(frame)
        break
      case fromLane.heap:
        this.#isolates.sawHeap(frame.id, frame.number / 1024)
        break
      default: {
        const work = this.#calls.get(frame.id)
        if (work !== undefined) this.#receiveForCall(work, frame)
      }
    }
  }

  #receiveForCall(work: CallWork, frame: Frame): void {
    const { call } = work
    switch (frame.kind) {
      case fromLane.ok:
        learnTurnCost(work.isolate, frame.number, call.hostCalls)
        this.#end(work, frame)
        break
      case fromLane.refused:
      case fromLane.failed:
        this.#end(work, frame)
        break
      case fromLane.hostCall: {
        const sink = this.#traffic.sinkOf(work, () => this.#calls.get(work.call.id) === work)
        if (!call.startHostCall(hostCallOf(frame), sink)) this.kill('protocol')
        break
      }
      case fromLane.log:
        call.log(frame.text, frame.payload)
        break
      case fromLane.gone:
        this.#release(work)
        this.#interrupt(call, frame.number)
        break
      default:
        this.kill('protocol')
    }
  }

  /** The lane reports after every batch of frames how far it is. */
  #workedOff(frame: number): void {
    if (this.mode === 'starting') {
      this.mode = 'serving'
      this.wasReady = true
      this.#process.yieldToHost(this.#limits.niceness)
      this.#events.onReady(this)
      return
    }
    this.#traffic.workedOff(frame)
    if (this.mode === 'retiring') this.#endIfRetired()
    else this.#events.onRoom(this)
  }

  #end(work: CallWork, frame: Frame): void {
    this.#release(work)
    endCall(work.call, frame, work.isolate.peakHeapMb)
  }

  #loaded({ id, text }: Frame): void {
    const isolate = this.#isolates.byId(id)
    if (text === COMPILED_REJECTED) isolate?.onCompiledRejected?.()
    if (isolate !== undefined) isolate.onCompiledRejected = undefined
  }

  #loadFailed(frame: Frame): void {
    const isolate = this.#isolates.byId(frame.id)
    if (isolate === undefined) return
    const error = loadError(isolate.spec, frame.text as FailureReason, frame.payload)
    this.#events.onTaint(culprit(isolate.spec, error.code))
    this.#failIsolate(isolate, (call) => call.failed(error, 'plugin'))
  }

  #failIsolate(isolate: LaneIsolate, tell: (call: PendingCall) => void): void {
    this.#isolates.forget(isolate)
    for (const call of isolate.calls) {
      this.#calls.delete(call.id)
      tell(call)
    }
    isolate.calls.clear()
    this.#events.onRoom(this)
  }

  #tainted(frame: Frame): void {
    const isolate = this.#isolates.byId(frame.id)
    if (isolate === undefined) return
    this.#isolates.forget(isolate)
    if (frame.text === NO_FAULT) return
    const code = taintCode(frame.text as FailureReason, isolate.spec)
    this.#events.onTaint(culprit(isolate.spec, code))
  }

  /** The caller is answered now; the lane is told to wake the call, which then ends or costs its isolate. */
  #expire(call: PendingCall, now: number): void {
    const hasStarted = this.#traffic.hasStarted(call)
    const error = call.lateError(now)
    call.failed(error, hasStarted && !call.isCancelled ? 'plugin' : 'host')
    const work = this.#calls.get(call.id)
    if (call.frame === 0 || work === undefined) return
    this.#traffic.turn(toLane.cancel, work, 0, now, error.code, error.message)
  }

  /** The call ended with its isolate or lane and was not the cause. What never started may always run again. */
  #interrupt(call: PendingCall, losses: number): void {
    call.losses += losses
    if (call.isOver) return
    if (!call.hasEffect && call.losses <= 1) this.#events.onRunAgain(call)
    else call.failed(interruption(call), 'host')
  }

  #release({ call, isolate }: CallWork): void {
    this.#calls.delete(call.id)
    isolate.calls.delete(call)
    if (isolate.isDropped && isolate.calls.size === 0) this.#drop(isolate)
  }

  #drop(isolate: LaneIsolate): void {
    this.#isolates.hide(isolate)
    if (isolate.calls.size > 0 || this.#isolates.byId(isolate.id) === undefined) return
    this.#isolates.forget(isolate)
    this.#traffic.housekeeping(toLane.drop, isolate.id)
  }

  #endIfRetired(): void {
    if (this.mode === 'retiring' && this.#calls.size === 0) this.kill('retired')
  }

  #nextId(): number {
    this.#lastId = this.#lastId === 0xffffffff ? 1 : this.#lastId + 1
    return this.#lastId
  }

  #gone(exit: ProcessExit): void {
    this.mode = 'gone'
    const fault = laneFault(exit)
    const long = this.#traffic.longTurn(Date.now())
    const reported = long?.frame.work && { work: long.frame.work, isShared: long.isShared }
    const suspect = culpritOf(fault, reported, this.#traffic.unfinished())
    const blamed = suspect === undefined ? undefined : this.#blame(suspect, fault, long?.ms ?? 0)
    for (const { call } of this.#calls.values()) this.#interrupt(call, 1)
    this.#calls.clear()
    this.#events.onExit(this, exit, fault, blamed)
  }

  /** Answers the call whose turn ended the lane, or all that waited for a bundle that did. */
  #blame({ work, isShared }: Suspect, fault: LaneFault, turnMs: number): Culprit {
    const { isolate } = work
    const error = lossError(isolate.spec, fault, work.call === undefined, turnMs, this.residentMb)
    for (const call of isShared ? [] : guiltyOf(work)) {
      this.#calls.delete(call.id)
      call.costLane = true
      call.failed(error, 'plugin')
    }
    return culprit(isolate.spec, error.code)
  }
}
