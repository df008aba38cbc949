import { CallSignal } from './call-signal.ts'
import { guestLimits } from './guest-limits.ts'
import type { Outbox } from './outbox.ts'
import type { Primordials } from './primordials.ts'
import { GuestRandom } from './random.ts'

interface Waiter {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

/** One call inside the isolate: its part of the context, its open host calls, its share of the log. */
export class Call {
  readonly id: number
  readonly #p: Primordials
  readonly #outbox: Pick<Outbox, 'emit'>
  readonly #head: string
  readonly #causes: WeakMap<object, string>
  #waiting: Record<PropertyKey, Waiter | undefined> | undefined
  #random: GuestRandom | undefined
  #identity: object | undefined
  #inFlight = 0
  #hostCalls = 0
  #messagesLength = 0
  #logLength = 0
  #cancelledFor: { readonly code: string; readonly message: string } | undefined
  #toldOf: { readonly code: string; readonly message: string } | undefined
  #signal: CallSignal | undefined
  isOver = false

  /** @param causes of errors that are not the author's: reason and detail, as the host reads them. */
  constructor(
    p: Primordials,
    outbox: Pick<Outbox, 'emit'>,
    causes: WeakMap<object, string>,
    id: number,
    head: string,
  ) {
    this.#p = p
    this.#outbox = outbox
    this.#causes = causes
    this.id = id
    this.#head = head
  }

  /** Line `index` of the call's head (see callHead in wire/messages.ts); the last one is the whole rest. */
  headLine(index: number): string {
    const { find, cut } = this.#p
    let from = 0
    for (let line = 0; line < index; line++) from = find(this.#head, '\n', from) + 1
    const end = index === 7 ? this.#head.length : find(this.#head, '\n', from)
    return cut(this.#head, from, end)
  }

  /** What the web standards of a bundle keep a call's affairs by; it says nothing of the call. */
  get identity(): object {
    this.#identity ??= this.#p.freeze(this.#p.dictionary<never>())
    return this.#identity
  }

  /** Most handlers read none, and have none. */
  get signal(): CallSignal {
    if (this.#signal !== undefined) return this.#signal
    this.#signal = new CallSignal(this.#p)
    const why = this.#cancelledFor ?? this.#toldOf
    if (why !== undefined) CallSignal.abort(this.#signal, this.codedError(why.code, why.message))
    return this.#signal
  }

  /** What this call draws from; most draw nothing, and have none. */
  get random(): GuestRandom {
    this.#random ??= new GuestRandom(this.#p, this.headLine(1))
    return this.#random
  }

  hostCall(name: string, body: unknown): Promise<unknown> {
    return new this.#p.Promise((resolve, reject) => {
      const text = this.#p.stringify(body) ?? 'null'
      const refusal = this.#refusal(text.length)
      if (refusal !== undefined) {
        reject(refusal)
        return
      }
      this.#inFlight++
      this.#messagesLength += text.length
      const number = ++this.#hostCalls
      this.#waiting ??= this.#p.dictionary<Waiter>()
      this.#waiting[number] = { resolve, reject }
      this.#outbox.emit('H', this.id, number, name, text)
    })
  }

  #refusal(length: number): Error | undefined {
    const limits = guestLimits
    const why = this.#cancelledFor
    if (why !== undefined) return this.codedError(why.code, why.message)
    if (this.isOver) {
      return this.codedError(
        'SBX_DEADLINE_EXCEEDED',
        'This call is over: it can ask for nothing more.',
      )
    }
    const calls = this.#hostCalls + 1
    if (calls > limits.hostCalls) {
      return this.limitError(
        'HOST_CALLS_EXCEEDED',
        calls,
        limits.hostCalls,
        'host calls in one call',
      )
    }
    const open = this.#inFlight + 1
    if (open > limits.hostCallsInFlight) {
      return this.limitError(
        'HOST_CALLS_AT_ONCE',
        open,
        limits.hostCallsInFlight,
        'host calls at once',
      )
    }
    if (length > limits.messageLength) {
      const what = 'characters in one message to the host'
      return this.limitError('HOST_MESSAGE_TOO_LARGE', length, limits.messageLength, what)
    }
    const total = this.#messagesLength + length
    if (total > limits.messagesLength) {
      const what = 'characters in all messages of one call to the host'
      return this.limitError('HOST_MESSAGES_TOO_LARGE', total, limits.messagesLength, what)
    }
    return undefined
  }

  /** A handler that lets it through ends in the host's error of this name. */
  limitError(name: string, reached: number, limit: number, what: string): Error {
    const error = this.codedError(`SBX_${name}`, `${reached} ${what}; the limit is ${limit}.`)
    this.#p.remember(this.#causes, error, `host-limit ${name} ${reached}`)
    return error
  }

  codedError(code: string, message: string): Error {
    const error = new this.#p.Error(message)
    this.#p.define(error, 'code', code, false)
    return error
  }

  /** An error of the host, as the answer to a host call. */
  hostError(number: number, code: string, message: string): Error {
    const error = this.codedError(code, message)
    this.#p.remember(this.#causes, error, `host-error ${number}`)
    return error
  }

  /** @returns what the handler awaits, or nothing when the answer comes too late. */
  takeWaiter(number: number): Waiter | undefined {
    const waiter = this.#waiting?.[number]
    if (this.#waiting === undefined || waiter === undefined) return undefined
    delete this.#waiting[number]
    this.#inFlight--
    return waiter
  }

  /** Nobody waits for the call any more, which may finish all the same: only its signal is aborted. */
  tell(code: string, message: string): void {
    this.#toldOf = { code, message }
    if (this.#signal !== undefined) {
      CallSignal.abort(this.#signal, this.codedError(code, message))
    }
  }

  /**
   * Nobody waits for the call any more: its signal is aborted, its listeners run, and then what the handler still
   * awaits ends in an error of this code.
   */
  cancel(code: string, message: string): void {
    this.#cancelledFor = { code, message }
    if (this.#signal !== undefined) {
      CallSignal.abort(this.#signal, this.codedError(code, message))
    }
    if (this.#waiting === undefined) return
    const numbers = this.#p.ownKeys(this.#waiting)
    for (let index = 0; index < numbers.length; index++) {
      this.takeWaiter(numbers[index] as unknown as number)?.reject(this.codedError(code, message))
    }
  }

  log(level: string, message: string, fields: unknown): void {
    if (this.isOver || this.#logLength > guestLimits.logLength) return
    // Not as an array: a guest may have given all arrays a toJSON of its own.
    const { stringify } = this.#p
    const body = `[${stringify(message)},${stringify(fields) ?? 'null'}]`
    this.#logLength += body.length
    if (this.#logLength <= guestLimits.logLength) {
      this.#outbox.emit('G', this.id, 0, level, body)
      return
    }
    this.#outbox.emit(
      'G',
      this.id,
      0,
      'warn',
      '["The log of this call ends here: 64 KiB are used up"]',
    )
  }

  finish(kind: string, name: string, body: string): void {
    this.isOver = true
    this.#outbox.emit(kind, this.id, this.#hostCalls, name, body)
  }
}
