import { type CodedError, isCodedError } from '../errors/coded-error.ts'
import { callLimits } from '../host-calls/call-limits.ts'
import { guestFailures } from '../host-calls/guest-failures.ts'

interface Who {
  readonly plugin: string
  readonly version: string
}

/** What a handler is told of a limit, in the words of the guest's side. */
const counted = {
  HOST_CALLS_EXCEEDED: 'host calls in one call',
  HOST_CALLS_AT_ONCE: 'host calls at once',
  HOST_MESSAGE_TOO_LARGE: 'characters in one message to the host',
  HOST_MESSAGES_TOO_LARGE: 'characters in all messages of one call to the host',
} as const

/**
 * What one call asks of its host, counted as the guest's side of a sandbox counts it. A handler sees errors with a code
 * and a message; one that it lets through ends the call in the host's own error.
 */
export class OpenCall {
  readonly #who: Who
  readonly #answer: (name: string, payloadJson: string) => Promise<unknown>
  readonly #causes = new WeakMap<object, CodedError>()
  #calls = 0
  #inFlight = 0
  #length = 0
  isOver = false

  /** @param answer throws what the host says */
  constructor(who: Who, answer: (name: string, payloadJson: string) => Promise<unknown>) {
    this.#who = who
    this.#answer = answer
  }

  /** Like a sandbox's: JSON goes out, JSON comes back, and nothing of the test is shared with the handler. */
  async ask(name: string, body: unknown): Promise<unknown> {
    const text = JSON.stringify(body) ?? 'null'
    const refusal = this.#refusal(text.length)
    if (refusal !== undefined) throw refusal
    this.#calls++
    this.#inFlight++
    this.#length += text.length
    try {
      return JSON.parse(JSON.stringify((await this.#answer(name, text)) ?? null))
    } catch (error) {
      throw isCodedError(error) ? this.#seen(error) : error
    } finally {
      this.#inFlight--
    }
  }

  /** @returns the host's error that a handler let through */
  causeOf(thrown: unknown): CodedError | undefined {
    return typeof thrown === 'object' && thrown !== null ? this.#causes.get(thrown) : undefined
  }

  #seen(error: CodedError, message = error.message): Error {
    const seen = Object.assign(new Error(message), { code: error.code })
    this.#causes.set(seen, error)
    return seen
  }

  /** @returns SBX_TIMERS_EXCEEDED, as the guest's side words it */
  tooManyTimers(reached: number, limit: number): Error {
    const error = guestFailures.create('TIMERS_EXCEEDED', { ...this.#who, reached, limit })
    return this.#seen(error, `${reached} timers at once; the limit is ${limit}.`)
  }

  #refusal(length: number): Error | undefined {
    if (this.isOver) {
      const over = guestFailures.create('DEADLINE_EXCEEDED', { ...this.#who, limit: 0, reached: 0 })
      return this.#seen(over, 'This call is over: it can ask for nothing more.')
    }
    const { hostCalls, hostCallsInFlight, messageLength, messagesLength } = callLimits
    return (
      this.#over('HOST_CALLS_EXCEEDED', this.#calls + 1, hostCalls) ??
      this.#over('HOST_CALLS_AT_ONCE', this.#inFlight + 1, hostCallsInFlight) ??
      this.#over('HOST_MESSAGE_TOO_LARGE', length, messageLength) ??
      this.#over('HOST_MESSAGES_TOO_LARGE', this.#length + length, messagesLength)
    )
  }

  #over(name: keyof typeof counted, reached: number, limit: number): Error | undefined {
    if (reached <= limit) return undefined
    const error = guestFailures.create(name, { ...this.#who, reached, limit })
    return this.#seen(error, `${reached} ${counted[name]}; the limit is ${limit}.`)
  }
}
