import ivm from 'isolated-vm'
import type { FailureReason, LoadRequest } from '../wire/messages.ts'
import { LOAD_TURN_MS } from './guest/guest-limits.ts'
import { guestOps, type LinkRequest } from './guest/runtime.ts'

/** Each unhandled rejection of a guest keeps one outbox back; more than this many in a turn is a flood. */
const MAX_REDELIVERIES = 3

/** Why an isolate cannot be used any more, or never could. */
export class GuestFailure extends Error {
  readonly reason: FailureReason

  constructor(reason: FailureReason, detail: string) {
    super(detail)
    this.reason = reason
  }
}

/** One plugin version of one tenant, loaded. After a GuestFailure it must be disposed of, never used again. */
export class GuestIsolate {
  readonly #isolate: ivm.Isolate
  readonly #context: ivm.Context
  readonly #enter: ivm.Reference
  readonly #turnMs: number
  #cpuNs: bigint

  private constructor(
    isolate: ivm.Isolate,
    context: ivm.Context,
    enter: ivm.Reference,
    turnMs: number,
  ) {
    this.#isolate = isolate
    this.#context = context
    this.#enter = enter
    this.#turnMs = turnMs
    this.#cpuNs = 0n
  }

  /**
   * @param bootstrap the guest side as text (guest/guest-source.ts).
   * @throws GuestFailure when the bundle does not run or is no plugin.
   */
  static load(request: LoadRequest, bundle: string, bootstrap: string, now: number): GuestIsolate {
    const isolate = new ivm.Isolate({ memoryLimit: request.heapMb })
    try {
      const context = isolate.createContextSync()
      const guest = isolate.compileScriptSync(bootstrap, { filename: 'signalbox-guest.js' })
      const enter = guest.runSync(context, { reference: true, timeout: LOAD_TURN_MS })
      guest.release()
      const loaded = new GuestIsolate(isolate, context, enter, request.turnMs)
      loaded.#evaluate(bundle, request, now)
      return loaded
    } catch (error) {
      const failure = failureOf(error, isolate)
      disposeQuietly(isolate)
      throw failure
    }
  }

  #evaluate(bundle: string, request: LoadRequest, now: number): void {
    // The value of the last statement is what crosses: a number, never something the bundle made.
    const script = this.#isolate.compileScriptSync(`${bundle}\n;0`, { filename: 'plugin.js' })
    script.runSync(this.#context, { timeout: LOAD_TURN_MS })
    script.release()
    const link: LinkRequest = {
      tenant: request.tenant,
      configJson: request.configJson,
      maxOutputLength: request.maxOutputLength,
    }
    const fault = this.#call(guestOps.link, now, '', JSON.stringify(link), LOAD_TURN_MS)
    if (fault !== '') throw new GuestFailure('threw', fault)
  }

  /**
   * One turn of the guest.
   * @param number of the handler for a call, of the host call for an answer.
   * @param now the guest's clock for this turn.
   * @returns what the outbox held when the turn's function returned. What its microtasks put there comes with
   * the next turn, or with `drain`.
   * @throws GuestFailure when the isolate is lost.
   */
  turn(op: number, id: number, number: number, now: number, text: string, payload: string): string {
    try {
      return this.#call((id * 65536 + number) * 8 + op, now, text, payload, this.#turnMs)
    } catch (error) {
      return this.#redeliver(error, now)
    }
  }

  drain(now: number): string {
    return this.turn(guestOps.drain, 0, 0, now, '', '')
  }

  /**
   * A rejection that a guest does not handle surfaces as an exception of the turn, in place of its outbox.
   * It is the author's slip, not a reason to lose the isolate.
   */
  #redeliver(first: unknown, now: number): string {
    let error = first
    for (let attempt = 0; attempt < MAX_REDELIVERIES; attempt++) {
      const failure = failureOf(error, this.#isolate)
      if (failure.reason !== 'threw') throw failure
      try {
        return this.#call(guestOps.redeliver, now, '', '', this.#turnMs)
      } catch (next) {
        error = next
      }
    }
    throw failureOf(error, this.#isolate)
  }

  #call(packed: number, now: number, text: string, payload: string, timeout: number): string {
    const answer: unknown = this.#enter.applySync(undefined, [packed, now, text, payload], {
      timeout,
    })
    return typeof answer === 'string' ? answer : ''
  }

  /** CPU the guest used since the last time this was asked, in microseconds. */
  takeCpuUs(): number {
    if (this.#isolate.isDisposed) return 0
    const total = this.#isolate.cpuTime
    const used = Number(total - this.#cpuNs) / 1000
    this.#cpuNs = total
    return Math.round(used)
  }

  /** References first: a host that forgot them crashed after hours (see the notes on peers). */
  dispose(): void {
    if (this.#isolate.isDisposed) return
    this.#enter.release()
    this.#context.release()
    disposeQuietly(this.#isolate)
  }
}

function disposeQuietly(isolate: ivm.Isolate): void {
  if (!isolate.isDisposed) isolate.dispose()
}

/** isolated-vm tells its own errors apart by text only; both texts are fixed in its source. */
function failureOf(error: unknown, isolate: ivm.Isolate): GuestFailure {
  if (error instanceof GuestFailure) return error
  const message = error instanceof Error ? String(error.message) : String(error)
  if (message === 'Script execution timed out.') return new GuestFailure('turn-timeout', '')
  if (isolate.isDisposed || message.startsWith('Isolate was disposed during execution')) {
    return new GuestFailure('memory', '')
  }
  return new GuestFailure('threw', message)
}
