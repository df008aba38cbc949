import type { Frame, FrameWriter } from '../wire/frame.ts'
import {
  COMPILED_REJECTED,
  type FailureReason,
  fromLane,
  type LoadRequest,
  toLane,
} from '../wire/messages.ts'
import { bundleFilename, bundleScript } from './bundle-script.ts'
import { CompiledScript } from './compiled-script.ts'
import { guestOps } from './guest/runtime.ts'
import { GuestFailure } from './guest-failure.ts'
import { GuestIsolate } from './guest-isolate.ts'
import { type OutboxRecord, readOutbox } from './outbox-records.ts'

/** Numbers for handlers go up to here; a plugin has at most 32 services of 64 operations. */
const MAX_HANDLERS = 65_535
/** First character of an answer that is all there is in an outbox. */
const ANSWER_ALONE = '='

interface LoadedIsolate {
  readonly id: number
  readonly guest: GuestIsolate
  /** Calls that wait for a host call or a promise. */
  readonly waiting: Set<GuestCall>
  readonly handlers: Map<string, number>
}

interface GuestCall {
  readonly id: number
  readonly isolate: LoadedIsolate
  cpuUs: number
  isSettled: boolean
}

/**
 * The lane's side of the protocol: frames in, guest turns one at a time, frames out. It has no timer and
 * no queue of its own; the host decides when a call is over and tells it (see wire/messages.ts).
 */
export class GuestLane {
  readonly #out: FrameWriter
  readonly #bootstrap: CompiledScript
  readonly #isolates = new Map<number, LoadedIsolate>()
  readonly #waiting = new Map<number, GuestCall>()
  /** Whose microtasks may have filled an outbox that was not fetched yet, and after whose turn. */
  #undrained: GuestCall | undefined
  /** The host's clock, from the frame at work. */
  #now = 0

  constructor(out: FrameWriter, bootstrap: CompiledScript) {
    this.#out = out
    this.#bootstrap = bootstrap
  }

  handle(frame: Frame): void {
    this.#now = frame.at
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
        // A ping: that the frame was worked off is the answer.
        break
    }
  }

  /**
   * Fetches what microtasks left behind. An entry into an isolate costs most of a call, so it is not done after
   * each turn: the next turn of the same isolate brings it along. It must be done before another isolate's
   * turn, which may be long, and before the answers are sent.
   */
  drain(): void {
    const call = this.#undrained
    if (call === undefined) return
    this.#undrained = undefined
    if (call.isolate.waiting.size === 0) return
    this.#guarded(call, () => this.#read(call, call.isolate.guest.realm.drain(this.#now)))
  }

  #load(frame: Frame): void {
    this.drain()
    try {
      const request = JSON.parse(frame.text) as LoadRequest
      const bundle = bundleOf(request, frame.bytes as Buffer)
      const guest = GuestIsolate.load(request, bundle, this.#bootstrap, this.#now)
      this.#isolates.set(frame.id, {
        id: frame.id,
        guest,
        waiting: new Set(),
        handlers: new Map(),
      })
      const note = bundle.isCodeRejected ? COMPILED_REJECTED : ''
      this.#out.add(fromLane.loaded, frame.id, guest.takeCpuUs(), 0, note, '')
    } catch (error) {
      const { reason, message } =
        error instanceof GuestFailure ? error : new GuestFailure('threw', String(error))
      this.#out.add(fromLane.loadFailed, frame.id, 0, 0, reason, message)
    }
  }

  #drop(id: number): void {
    const isolate = this.#isolates.get(id)
    if (isolate !== undefined) this.#dispose(isolate, undefined)
  }

  #start(frame: Frame): void {
    const isolate = this.#isolates.get(frame.number)
    if (isolate === undefined) {
      this.#out.add(fromLane.gone, frame.id, 0, 0, '', '')
      return
    }
    const call: GuestCall = { id: frame.id, isolate, cpuUs: 0, isSettled: false }
    const handler = handlerNumber(isolate, frame.text)
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
    if (this.#undrained !== undefined && this.#undrained.isolate !== call.isolate) this.drain()
    this.#guarded(call, () => {
      this.#read(call, call.isolate.guest.realm.turn(op, call.id, number, this.#now, text, payload))
    })
  }

  #guarded(call: GuestCall, run: () => void): void {
    try {
      run()
      if (!call.isSettled) call.cpuUs += call.isolate.guest.takeCpuUs()
    } catch (error) {
      if (!(error instanceof GuestFailure)) throw error
      this.#fail(call, error.reason, error.message)
    }
  }

  #read(call: GuestCall, outbox: string): void {
    if (outbox === '') return
    if (outbox[0] !== ANSWER_ALONE) {
      readOutbox(outbox, (record) => this.#deliver(call, record))
      return
    }
    call.cpuUs += call.isolate.guest.takeCpuUs()
    this.#settle(call)
    this.#out.add(fromLane.ok, call.id, call.cpuUs, 0, '', outbox.slice(1))
  }

  /** @param turnOf the call whose turn it was: it pays for the CPU, also when another one ended in it. */
  #deliver(turnOf: GuestCall, record: OutboxRecord): void {
    const call = record.call === turnOf.id ? turnOf : this.#waiting.get(record.call)
    if (call === undefined || call.isSettled || call.isolate !== turnOf.isolate) return
    turnOf.cpuUs += call.isolate.guest.takeCpuUs()
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
  }

  #fail(call: GuestCall, reason: FailureReason, detail: string): void {
    if (!call.isSettled) {
      call.cpuUs += call.isolate.guest.takeCpuUs()
      this.#settle(call)
      this.#out.add(fromLane.failed, call.id, call.cpuUs, 0, reason, detail)
    }
    this.#dispose(call.isolate, reason)
  }

  /** What still waits in the isolate ends with it; the host knows whether it may be tried again. */
  #dispose(isolate: LoadedIsolate, taint: FailureReason | undefined): void {
    if (this.#undrained?.isolate === isolate) this.#undrained = undefined
    this.#isolates.delete(isolate.id)
    isolate.guest.dispose()
    for (const call of isolate.waiting) {
      call.isSettled = true
      this.#waiting.delete(call.id)
      this.#out.add(fromLane.gone, call.id, 1, 0, '', '')
    }
    isolate.waiting.clear()
    if (taint !== undefined) this.#out.add(fromLane.tainted, isolate.id, 0, 0, taint, '')
  }
}

/** The bytes of a load frame are only lent: what is kept of them is copied. */
function bundleOf({ sourceBytes }: LoadRequest, bytes: Buffer): CompiledScript {
  const source = bundleScript(bytes.toString('utf8', 0, sourceBytes))
  const compiled = bytes.subarray(sourceBytes)
  const code = compiled.length === 0 ? undefined : new Uint8Array(compiled).buffer
  return new CompiledScript(source, bundleFilename, code)
}

/** The same number for every call of an operation: the guest reads its name the first time only. */
function handlerNumber(isolate: LoadedIsolate, head: string): number {
  const entry = head.slice(0, head.indexOf('\n'))
  const known = isolate.handlers.get(entry)
  if (known !== undefined) return known
  const number = isolate.handlers.size + 1
  if (number > MAX_HANDLERS) return 0
  isolate.handlers.set(entry, number)
  return number
}
