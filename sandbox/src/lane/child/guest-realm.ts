import type ivm from 'isolated-vm'
import { guestOps } from './guest/runtime.ts'
import { failureOf, GuestFailure } from './guest-failure.ts'

/** Each unhandled rejection of a guest keeps one outbox back; more than this many in a turn is a flood. */
const MAX_REDELIVERIES = 3

/** Globals inside an isolate with the guest side at work in them: the door through which turns enter. */
export class GuestRealm {
  readonly #isolate: ivm.Isolate
  readonly #context: ivm.Context
  readonly #door: ivm.Reference
  readonly #limit: { timeout: number }

  private constructor(
    isolate: ivm.Isolate,
    context: ivm.Context,
    door: ivm.Reference,
    turnMs: number,
  ) {
    this.#isolate = isolate
    this.#context = context
    this.#door = door
    this.#limit = { timeout: turnMs }
  }

  /** @param bootstrap the guest side (guest/guest-source.ts), compiled in this isolate. */
  static open(isolate: ivm.Isolate, bootstrap: ivm.Script, turnMs: number, timeout: number) {
    const context = isolate.createContextSync()
    const door = bootstrap.runSync(context, { reference: true, timeout })
    return new GuestRealm(isolate, context, door, turnMs)
  }

  /**
   * Runs the bundle, and hands its plugin over to the guest side.
   * @param openJson an OpenRequest.
   * @throws GuestFailure when it is no plugin.
   */
  start(bundle: ivm.Script, openJson: string, now: number, timeout: number): void {
    this.#enter(guestOps.open, now, '', openJson, { timeout })
    bundle.runSync(this.#context, { timeout })
    const fault = this.#enter(guestOps.link, now, '', '', { timeout })
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
      return this.#enter((id * 65536 + number) * 8 + op, now, text, payload, this.#limit)
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
        return this.#enter(guestOps.redeliver, now, '', '', this.#limit)
      } catch (next) {
        error = next
      }
    }
    throw failureOf(error, this.#isolate)
  }

  #enter(
    packed: number,
    now: number,
    text: string,
    payload: string,
    limit: { timeout: number },
  ): string {
    const answer: unknown = this.#door.applySync(undefined, [packed, now, text, payload], limit)
    return typeof answer === 'string' ? answer : ''
  }

  /** References first: a host that forgot them crashed after hours (see the notes on peers). */
  close(): void {
    this.#door.release()
    this.#context.release()
  }
}
