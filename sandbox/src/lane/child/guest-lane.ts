import type { Frame, FrameWriter } from '../wire/frame.ts'
import { type FailureReason, fromLane, type LoadRequest, toLane } from '../wire/messages.ts'
import { guestOps } from './guest/runtime.ts'
import { GuestFailure, GuestIsolate } from './guest-isolate.ts'
import { type OutboxRecord, readOutbox } from './outbox-records.ts'

interface LoadedIsolate {
  readonly id: number
  readonly guest: GuestIsolate
  /** Calls that wait for a host call or a promise. */
  readonly waiting: Set<GuestCall>
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
  readonly #isolates = new Map<number, LoadedIsolate>()
  readonly #waiting = new Map<number, GuestCall>()

  constructor(out: FrameWriter) {
    this.#out = out
  }

  handle(frame: Frame): void {
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

  #load(frame: Frame): void {
    try {
      const request = JSON.parse(frame.text) as LoadRequest
      const guest = GuestIsolate.load(request, frame.payload)
      this.#isolates.set(frame.id, { id: frame.id, guest, waiting: new Set() })
      this.#out.add(fromLane.loaded, frame.id, guest.takeCpuUs(), '', '')
    } catch (error) {
      const { reason, message } =
        error instanceof GuestFailure ? error : new GuestFailure('threw', String(error))
      this.#out.add(fromLane.loadFailed, frame.id, 0, reason, message)
    }
  }

  #drop(id: number): void {
    const isolate = this.#isolates.get(id)
    if (isolate !== undefined) this.#dispose(isolate, undefined)
  }

  #start(frame: Frame): void {
    const isolate = this.#isolates.get(frame.number)
    if (isolate === undefined) {
      this.#out.add(fromLane.gone, frame.id, 0, '', '')
      return
    }
    const call: GuestCall = { id: frame.id, isolate, cpuUs: 0, isSettled: false }
    isolate.waiting.add(call)
    this.#waiting.set(call.id, call)
    this.#turn(call, guestOps.call, 0, frame.text, frame.payload)
  }

  #resume(op: number, frame: Frame): void {
    const call = this.#waiting.get(frame.id)
    if (call !== undefined) this.#turn(call, op, frame.number, frame.text, frame.payload)
  }

  /** A call that does not end when all it waits for has ended never will: its isolate holds a promise for ever. */
  #cancel(frame: Frame): void {
    const call = this.#waiting.get(frame.id)
    if (call === undefined) return
    this.#turn(call, guestOps.cancel, 0, '', '')
    if (!call.isSettled) this.#fail(call, 'never-answered', '')
  }

  #turn(call: GuestCall, op: number, number: number, text: string, payload: string): void {
    const { isolate } = call
    try {
      isolate.guest.turn(
        op,
        call.id,
        number,
        text,
        payload,
        (records) => readOutbox(records, (record) => this.#deliver(isolate, call, record)),
        () => isolate.waiting.size > 0,
      )
      if (!call.isSettled) call.cpuUs += isolate.guest.takeCpuUs()
    } catch (error) {
      const { reason, message } = error as GuestFailure
      this.#fail(call, reason, message)
    }
  }

  /** @param turnOf the call whose turn it was: it pays for the CPU, also when another one ended in it. */
  #deliver(isolate: LoadedIsolate, turnOf: GuestCall, record: OutboxRecord): void {
    const call = record.call === turnOf.id ? turnOf : this.#waiting.get(record.call)
    if (call === undefined || call.isSettled || call.isolate !== isolate) return
    turnOf.cpuUs += isolate.guest.takeCpuUs()
    switch (record.kind) {
      case 'O':
        this.#settle(call)
        this.#out.add(fromLane.ok, call.id, call.cpuUs, '', record.body)
        break
      case 'N':
        this.#settle(call)
        this.#out.add(fromLane.refused, call.id, call.cpuUs, record.name, record.body)
        break
      case 'F':
        this.#settle(call)
        this.#out.add(fromLane.failed, call.id, call.cpuUs, record.name, record.body)
        break
      case 'H':
        this.#out.add(fromLane.hostCall, call.id, record.number, record.name, record.body)
        break
      case 'G':
        this.#out.add(fromLane.log, call.id, 0, record.name, record.body)
        break
      default:
        break
    }
  }

  #settle(call: GuestCall): void {
    call.isSettled = true
    call.isolate.waiting.delete(call)
    this.#waiting.delete(call.id)
  }

  #fail(call: GuestCall, reason: FailureReason, detail: string): void {
    if (!call.isSettled) {
      call.cpuUs += call.isolate.guest.takeCpuUs()
      this.#settle(call)
      this.#out.add(fromLane.failed, call.id, call.cpuUs, reason, detail)
    }
    this.#dispose(call.isolate, reason)
  }

  /** What still waits in the isolate ends with it; the host knows whether it may be tried again. */
  #dispose(isolate: LoadedIsolate, taint: FailureReason | undefined): void {
    this.#isolates.delete(isolate.id)
    isolate.guest.dispose()
    for (const call of isolate.waiting) {
      call.isSettled = true
      this.#waiting.delete(call.id)
      this.#out.add(fromLane.gone, call.id, 1, '', '')
    }
    isolate.waiting.clear()
    if (taint !== undefined) this.#out.add(fromLane.tainted, isolate.id, 0, taint, '')
  }
}
