import { guestLimits } from './guest-limits.ts'
import type { Outbox } from './outbox.ts'
import type { Primordials } from './primordials.ts'

interface Waiter {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

/** One call inside the isolate: its part of the context, its open host calls, its share of the log. */
export class Call {
  readonly id: number
  readonly #p: Primordials
  readonly #outbox: Outbox
  readonly #head: string
  #waiting: Record<PropertyKey, Waiter | undefined> | undefined
  #inFlight = 0
  #hostCalls = 0
  #logLength = 0
  #isCancelled = false
  isOver = false

  constructor(p: Primordials, outbox: Outbox, id: number, head: string) {
    this.#p = p
    this.#outbox = outbox
    this.id = id
    this.#head = head
  }

  /** Line `index` of the call's head (see callHead in wire/messages.ts); the last one is the whole rest. */
  headLine(index: number): string {
    const { find, cut } = this.#p
    let from = 0
    for (let line = 0; line < index; line++) from = find(this.#head, '\n', from) + 1
    const end = index === 6 ? this.#head.length : find(this.#head, '\n', from)
    return cut(this.#head, from, end)
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
      const number = ++this.#hostCalls
      this.#waiting ??= this.#p.dictionary<Waiter>()
      this.#waiting[number] = { resolve, reject }
      this.#outbox.emit('H', this.id, number, name, text)
    })
  }

  #refusal(length: number): Error | undefined {
    const limits = guestLimits
    if (this.isOver || this.#isCancelled) {
      return this.codedError(
        'SBX_DEADLINE_EXCEEDED',
        'This call is over: it can ask for nothing more.',
      )
    }
    if (this.#inFlight >= limits.hostCallsInFlight) {
      return this.#limitError(
        `${limits.hostCallsInFlight} host calls at once: await some of them first`,
      )
    }
    if (this.#hostCalls >= limits.hostCalls) {
      return this.#limitError(`${limits.hostCalls} host calls in one call: ask for more with each`)
    }
    if (length > limits.messageLength) {
      return this.#limitError(
        `${limits.messageLength} characters in one message to the host, this one has ${length}`,
      )
    }
    return undefined
  }

  #limitError(limit: string): Error {
    return this.codedError('SBX_HOST_CALL_LIMIT', `At most ${limit}.`)
  }

  codedError(code: string, message: string): Error {
    const error = new this.#p.Error(message)
    this.#p.define(error, 'code', code, false)
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

  /** The caller is gone: what the handler still awaits ends in an error. */
  cancel(): void {
    this.#isCancelled = true
    if (this.#waiting === undefined) return
    const numbers = this.#p.ownKeys(this.#waiting)
    for (let index = 0; index < numbers.length; index++) {
      this.takeWaiter(numbers[index] as unknown as number)?.reject(
        this.codedError('SBX_DEADLINE_EXCEEDED', 'The deadline of this call has passed.'),
      )
    }
  }

  log(level: string, message: string, fields: unknown): void {
    if (this.isOver || this.#logLength > guestLimits.logLength) return
    const body = this.#p.stringify([message, fields]) ?? ''
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
