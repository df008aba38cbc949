import type ivm from 'isolated-vm'
import { guestOps } from './guest/runtime.ts'
import { failureOf, GuestFailure, hasLasted } from './guest-failure.ts'

/** Each unhandled rejection of a guest keeps one outbox back; more than this many in a turn is a flood. */
const MAX_REDELIVERIES = 3

/** What the first turn of a call is given. */
export interface FirstTurn {
  readonly id: number
  readonly handler: number
  readonly head: string
  readonly input: string
}

/** Globals inside an isolate with the guest side at work in them: the door through which turns enter. */
export class GuestRealm {
  readonly #isolate: ivm.Isolate
  readonly #context: ivm.Context
  readonly #door: ivm.Reference
  /** One object for all turns: making one costs as much as reading it. */
  readonly #limit = { timeout: 1 }
  #turnMs = 1
  /** When the isolate was entered last. */
  #entered = 0

  private constructor(isolate: ivm.Isolate, context: ivm.Context, door: ivm.Reference) {
    this.#isolate = isolate
    this.#context = context
    this.#door = door
  }

  /** @param bootstrap the guest side (guest/guest-source.ts), compiled in this isolate. */
  static open(isolate: ivm.Isolate, bootstrap: ivm.Script, timeout: number): GuestRealm {
    const context = isolate.createContextSync()
    const door = bootstrap.runSync(context, { reference: true, timeout })
    return new GuestRealm(isolate, context, door)
  }

  /** How long a turn may take, and the next one, of which something is used up already. */
  limitTurns(turnMs: number, nextMs: number): void {
    this.#turnMs = turnMs
    this.#limit.timeout = nextMs
  }

  /**
   * Runs the bundle, and hands its plugin over to the guest side.
   * @param openJson an OpenRequest.
   * @throws GuestFailure when it does not run or is no plugin.
   */
  start(bundle: ivm.Script, openJson: string, now: number, timeout: number): void {
    try {
      this.#enter(guestOps.open, now, '', openJson, { timeout })
      this.#entered = performance.now()
      bundle.runSync(this.#context, { timeout })
      const fault = this.#enter(guestOps.link, now, '', '', { timeout })
      if (fault !== '') throw new GuestFailure('threw', fault)
    } catch (error) {
      throw failureOf(error, this.#isolate, hasLasted(this.#entered, timeout))
    }
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
      const outbox = this.#enter(packed(op, id, number), now, text, payload, this.#limit)
      this.#limit.timeout = this.#turnMs
      return outbox
    } catch (error) {
      return this.#redeliver(error, now)
    }
  }

  /**
   * First turns of several calls, one after the other, in one entry. It ends early behind a call that is not over
   * when its handler returns: what such a call does next finds it at work.
   */
  turns(calls: readonly FirstTurn[], now: number): string {
    const words: unknown[] = []
    for (const { id, handler, head, input } of calls) {
      words.push(packed(guestOps.call, id, handler))
      if (words.length === 1) words.push(now)
      words.push(head, input)
    }
    try {
      return this.#apply(words, this.#limit)
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
      const failure = failureOf(error, this.#isolate, hasLasted(this.#entered, this.#limit.timeout))
      if (failure.reason !== 'threw') throw failure
      try {
        return this.#enter(guestOps.redeliver, now, '', '', this.#limit)
      } catch (next) {
        error = next
      }
    }
    throw new GuestFailure('threw', 'more unhandled rejections in one turn than can be told')
  }

  #enter(
    what: number,
    now: number,
    text: string,
    payload: string,
    limit: { timeout: number },
  ): string {
    return this.#apply([what, now, text, payload], limit)
  }

  #apply(words: unknown[], limit: { timeout: number }): string {
    this.#entered = performance.now()
    const answer: unknown = this.#door.applySync(undefined, words, limit)
    return typeof answer === 'string' ? answer : ''
  }

  /** References first: a host that forgot them crashed after hours (see the notes on peers). */
  close(): void {
    this.#door.release()
    this.#context.release()
  }
}

function packed(op: number, id: number, number: number): number {
  return (id * 65536 + number) * 8 + op
}
