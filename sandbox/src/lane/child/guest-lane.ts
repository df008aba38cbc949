import type { Frame, FrameWriter } from '../wire/frame.ts'
import {
  COMPILED_REJECTED,
  type FailureReason,
  fromLane,
  type LoadRequest,
  NO_FAULT,
  toLane,
} from '../wire/messages.ts'
import { bundleFilename, bundleScript } from './bundle-script.ts'
import { CompiledScript } from './compiled-script.ts'
import { LOAD_TURN_MS } from './guest/guest-limits.ts'
import { guestOps } from './guest/runtime.ts'
import { GuestFailure } from './guest-failure.ts'
import { GuestIsolate } from './guest-isolate.ts'
import type { GuestRealm } from './guest-realm.ts'
import { GuestShells } from './guest-shell.ts'
import { HandlerNumbers } from './handler-numbers.ts'
import { type OutboxRecord, readOutbox } from './outbox-records.ts'

/** First character of an answer that is all there is in an outbox. */
const ANSWER_ALONE = '='
/**
 * V8's limits count time that passes. A turn that computed for less than this part of its limit when it was
 * ended was kept from computing: by other processes, not by its own code.
 */
const STARVED_BELOW = 0.5

interface LoadedIsolate {
  readonly id: number
  readonly turnMs: number
  readonly guest: GuestIsolate
  /** Calls that wait for a host call or a promise. */
  readonly waiting: Set<GuestCall>
  readonly handlers: HandlerNumbers
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
 */
export class GuestLane {
  readonly #out: FrameWriter
  readonly #shells: GuestShells
  readonly #isolates = new Map<number, LoadedIsolate>()
  readonly #waiting = new Map<number, GuestCall>()
  /** Whose microtasks may have filled an outbox that was not fetched yet, and after whose turn. */
  #undrained: GuestCall | undefined
  /** The host's clock, from the frame at work. */
  #now = 0
  /** This process's clock when the frame came to its turn. */
  #began = 0

  constructor(out: FrameWriter, bootstrap: CompiledScript) {
    this.#out = out
    this.#shells = new GuestShells(bootstrap)
  }

  /** @param now this process's clock. */
  handle(frame: Frame, now: number): void {
    this.#now = frame.at
    this.#began = now
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
        break
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
  drain(): void {
    const call = this.#undrained
    if (call === undefined) return
    this.#undrained = undefined
    const { guest, waiting } = call.isolate
    const isAwaited = guest.sharedRealm === undefined ? !call.isSettled : waiting.size > 0
    if (isAwaited) this.#enter(call, guestOps.drain, 0, '', '')
  }

  #load(frame: Frame): void {
    this.drain()
    const request = JSON.parse(frame.text) as LoadRequest
    const bundle = bundleOf(request, frame.bytes as Buffer)
    try {
      const guest = this.#loadGuest(request, bundle)
      const { turnMs } = request
      const handlers = new HandlerNumbers()
      const loaded = { id: frame.id, turnMs, guest, waiting: new Set<GuestCall>(), handlers }
      this.#isolates.set(frame.id, loaded)
      const note = bundle.isCodeRejected ? COMPILED_REJECTED : ''
      this.#out.add(fromLane.loaded, frame.id, guest.takeCpuUs(), 0, note, '')
      this.#tellHeap(loaded, guest.lookAtHeap())
    } catch (error) {
      const failure = error instanceof GuestFailure ? error : new GuestFailure('threw', `${error}`)
      this.#out.add(fromLane.loadFailed, frame.id, 0, 0, failure.reason, this.#detailOf(failure))
    }
  }

  #loadGuest(request: LoadRequest, bundle: CompiledScript): GuestIsolate {
    try {
      return GuestIsolate.load(request, bundle, this.#shells, this.#now)
    } catch (error) {
      const isStarved =
        error instanceof GuestFailure &&
        error.reason === 'turn-timeout' &&
        error.loadCpuMs < LOAD_TURN_MS * STARVED_BELOW
      if (!isStarved) throw error
      return GuestIsolate.load(request, bundle, this.#shells, this.#now)
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
    const realm = isolate.guest.sharedRealm
    const call = { id: frame.id, isolate, realm, cpuUs: 0, isSettled: false }
    const handler = isolate.handlers.of(frame.text)
    this.#turn(call, guestOps.call, handler, frame.text, frame.payload)
    if (call.isSettled) return
    isolate.waiting.add(call)
    this.#waiting.set(call.id, call)
    this.#undrained = call
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
    this.#turn(call, guestOps.cancel, 0, '', '')
    this.#undrained = call
    this.drain()
    if (!call.isSettled) this.#fail(call, 'never-answered', '')
  }

  #turn(call: GuestCall, op: number, number: number, text: string, payload: string): void {
    const left = this.#undrained
    if (left !== undefined && left.realm !== call.realm) this.drain()
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
      readOutbox(outbox, (record) => this.#deliver(call, record))
      return
    }
    this.#settle(call)
    this.#out.add(fromLane.ok, call.id, call.cpuUs, 0, '', outbox.slice(1))
  }

  /** @param turnOf the call whose turn it was: what it brings may be another one's of the same isolate. */
  #deliver(turnOf: GuestCall, record: OutboxRecord): void {
    const call = record.call === turnOf.id ? turnOf : this.#waiting.get(record.call)
    if (call === undefined || call.isSettled || call.isolate !== turnOf.isolate) return
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
    const { guest, turnMs } = isolate
    const turnUs = guest.takeCpuUs()
    if (reason === 'memory') this.#tellHeap(isolate, guest.lookAtHeap())
    const isStarved = reason === 'turn-timeout' && turnUs < turnMs * 1000 * STARVED_BELOW
    if (!call.isSettled) {
      call.cpuUs += turnUs
      this.#settle(call)
      if (isStarved) this.#out.add(fromLane.gone, call.id, 1, 0, '', '')
      else this.#out.add(fromLane.failed, call.id, call.cpuUs, 0, reason, detail)
    }
    this.#dispose(isolate)
    this.#out.add(fromLane.tainted, isolate.id, 0, 0, isStarved ? NO_FAULT : reason, '')
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
  }
}

/** The bytes of a load frame are only lent: what is kept of them is copied. */
function bundleOf({ sourceBytes }: LoadRequest, bytes: Buffer): CompiledScript {
  const source = bundleScript(bytes.toString('utf8', 0, sourceBytes))
  const compiled = bytes.subarray(sourceBytes)
  const code = compiled.length === 0 ? undefined : new Uint8Array(compiled).buffer
  return new CompiledScript(source, bundleFilename, code)
}
